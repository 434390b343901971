package cfs.host.daemon;

import cfs.host.admin.AdminServer;
import cfs.host.admin.HostState;
import cfs.host.admin.HostStatus;
import cfs.host.config.HostConfig;
import cfs.host.local.StartEvent;
import cfs.host.os.MountTable;
import cfs.host.os.ProcessIdentity;
import cfs.host.os.Unmount;
import cfs.host.problem.CommandName;
import cfs.host.problem.Problem;
import cfs.host.problem.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One host's process from start to end. The admin socket answers from the first moment; a failure on the way up takes
 * everything down in reverse order and ends with the problem that caused it.
 */
public final class Daemon {
  /** Ended because the cluster removed this host; systemd must not restart it blindly. */
  public static final int EXIT_FENCED = 70;

  private static final int STOP_SECONDS_MAX = 60;
  private static final Logger log = LoggerFactory.getLogger(Daemon.class);

  private final HostConfig config;
  private final HostStarter starter;
  private final long startNanos = System.nanoTime();
  private final CountDownLatch stopRequested = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile HostState state = HostState.STARTING;
  private volatile String step = "starting";
  private volatile @Nullable RunningHost host;

  /** @param starter {@code HostAssembly::start}, or another one in tests */
  public Daemon(HostConfig config, HostStarter starter) {
    this.config = config;
    this.starter = starter;
  }

  /** Runs until stopped; the result is the process's exit code. */
  public int run() {
    Thread hook = Thread.ofPlatform().name("sigterm").unstarted(this::stopOnSignal);
    Runtime.getRuntime().addShutdownHook(hook);
    try (Unwind unwind = new Unwind()) {
      start(unwind);
      stopRequested.await();
      state = HostState.STOPPING;
      enter("unmounting and leaving the cluster");
      return 0;
    } catch (Problem problem) {
      log.error("{}", problem.line(), problem.getCause());
      StartEvent.failed(problem).print();
      return 1;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return 1;
    } finally {
      log.info("ended");
      ended.countDown();
    }
  }

  private void start(Unwind unwind) {
    log.info("host {} ({}) starts with {}", config.hostId(), config.hostName(), config.file());
    claimProcess(unwind);
    unwind.add("admin socket", openAdmin());
    RunningHost running = starter.start(config, this::enter, this::fenced, stopRequested::countDown);
    unwind.add("host", running);
    host = running;
    state = HostState.READY;
    step = "serving";
    log.info("ready: {} at {}", config.volume().name(), config.volume().mountPoint());
    StartEvent.ready("mounted at " + config.volume().mountPoint()).print();
  }

  /** Two daemons of one configuration: the second must not even touch the first one's admin socket. */
  private void claimProcess(Unwind unwind) {
    ProcessIdentity.living(config.pidFile()).filter(other -> !other.equals(ProcessIdentity.current()))
        .ifPresent(other -> {
          throw new Problem(ProblemCode.HOST_RUNS,
              config.hostName() + " runs already (pid " + other.pid() + ")",
              CommandName.cfs("status"));
        });
    ProcessIdentity.current().write(config.pidFile());
    unwind.add("process file", () -> Files.deleteIfExists(config.pidFile()));
  }

  private AdminServer openAdmin() {
    try {
      return new AdminServer(config.adminSocket(), Map.of(
          "GET /v1/status", this::status,
          "GET /v1/stats", this::counters,
          "POST /v1/unmount", this::unmount,
          "POST /v1/stop", this::requestStop));
    } catch (IOException refused) {
      throw new Problem(ProblemCode.RUN_DIRECTORY, "The admin socket " + config.adminSocket()
          + " cannot be opened: " + refused.getMessage(), "edit admin_socket in " + config.file(), refused);
    }
  }

  private void enter(String next) {
    step = next;
    log.info("{}", next);
    if (state == HostState.STARTING) {
      StartEvent.step(next).print();
    }
  }

  private Map<String, Object> unmount() {
    RunningHost running = host;
    if (running != null && state == HostState.READY) {
      running.unmount();
    }
    return requestStop();
  }

  private Map<String, Object> requestStop() {
    stopRequested.countDown();
    return Map.of("stopping", true);
  }

  private Map<String, Map<String, Long>> counters() {
    RunningHost running = host;
    return running == null ? Map.of() : running.counters();
  }

  private HostStatus status() {
    RunningHost running = host;
    RunningHost.Condition shown = running != null && state == HostState.READY
        ? running.condition()
        : new RunningHost.Condition(state, step);
    Runtime runtime = Runtime.getRuntime();
    return new HostStatus(HostStatus.SCHEMA, config.hostId(), config.hostName(), shown.state(), shown.step(),
        ProcessHandle.current().pid(), TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos),
        Version.current(), config.clusterUuid().toString(), running == null ? null : running.view(),
        running == null ? null : running.volume(), running == null ? List.of() : running.luns(),
        new HostStatus.MountStatus(config.volume().mountPoint().toString(),
            MountTable.at(config.volume().mountPoint()).isPresent()),
        new HostStatus.MemoryStatus(runtime.totalMemory() - runtime.freeMemory(), runtime.maxMemory(),
            config.memoryCeilingBytes()));
  }

  /**
   * The cluster goes on without us: nothing may be written any more, so there is nothing to write back. Applications get an
   * error instead of hanging on a mount that can never answer again.
   */
  private void fenced(String why) {
    state = HostState.FENCED;
    log.error("fenced: {}; detaching {} and ending with code {}", why, config.volume().mountPoint(),
        EXIT_FENCED);
    Unmount.detach(config.volume().mountPoint());
    Runtime.getRuntime().halt(EXIT_FENCED);
  }

  /** The JVM ends when this returns, so it waits for the orderly stop, bounded, and gives the exit code of success. */
  private void stopOnSignal() {
    boolean ran = ended.getCount() == 0;
    stopRequested.countDown();
    try {
      if (!ran && ended.await(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
        Runtime.getRuntime().halt(0);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
