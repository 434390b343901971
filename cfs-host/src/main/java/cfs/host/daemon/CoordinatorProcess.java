package cfs.host.daemon;

import cfs.coordinator.adapter.CoordinatorServer;
import cfs.error.FsError;
import cfs.error.FsException;
import cfs.host.config.Endpoint;
import cfs.host.local.StartEvent;
import cfs.host.os.Ports;
import cfs.host.os.ProcessIdentity;
import cfs.host.problem.CommandName;
import cfs.host.problem.Problem;
import cfs.host.problem.ProblemCode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The coordinator in a process of its own, so that no host's death takes the memory of who is a member with it. */
public final class CoordinatorProcess {
  private static final int STOP_SECONDS_MAX = 30;
  private static final Logger log = LoggerFactory.getLogger(CoordinatorProcess.class);

  private CoordinatorProcess() {}

  /** Serves until SIGTERM, or until the server ends by itself; the result is the process's exit code. */
  public static int run(Path directory, Endpoint listen, Path pidFile) {
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> stopOnSignal(stop, ended)));
    try (CoordinatorServer server = start(directory, listen)) {
      ProcessIdentity.current().write(pidFile);
      log.info("coordinator serves {} on {}", directory, listen);
      StartEvent.ready("ZooKeeper on " + listen).print();
      var selfEnded = server.ended().whenComplete((nothing, failure) -> {
        if (stop.getCount() > 0) {
          log.error("the coordinator ended by itself", failure);
          stop.countDown();
        }
      });
      stop.await();
      return selfEnded.isDone() ? 1 : 0;
    } catch (Problem problem) {
      log.error("{}", problem.line(), problem.getCause());
      StartEvent.failed(problem).print();
      return 1;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return 1;
    } finally {
      forget(pidFile);
      ended.countDown();
    }
  }

  static CoordinatorServer start(Path directory, Endpoint listen) {
    if (!Ports.isFree(listen.host(), listen.port())) {
      throw new Problem(ProblemCode.PORT_TAKEN, "The coordinator's address " + listen
          + " is used by another process", CommandName.cfs("up --new-ports"));
    }
    try {
      return CoordinatorServer.start(new InetSocketAddress(listen.host(), listen.port()), directory);
    } catch (FsException refused) {
      ProblemCode code = refused.error() == FsError.BUSY ? ProblemCode.HOST_RUNS
          : ProblemCode.COORDINATOR_FAILED;
      throw new Problem(code, "The coordinator cannot start: " + refused.getMessage(),
          CommandName.cfs("doctor"),
          refused);
    }
  }

  private static void forget(Path pidFile) {
    try {
      if (ProcessIdentity.read(pidFile).filter(ProcessIdentity.current()::equals).isPresent()) {
        Files.deleteIfExists(pidFile);
      }
    } catch (IOException stays) {
      log.warn("the process file stays: {}", stays.toString());
    }
  }

  private static void stopOnSignal(CountDownLatch stop, CountDownLatch ended) {
    boolean running = ended.getCount() > 0;
    stop.countDown();
    try {
      if (running && ended.await(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
        Runtime.getRuntime().halt(0);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
