package cfs.host.local;

import cfs.host.admin.AdminClient;
import cfs.host.config.HostConfig;
import cfs.host.os.ProcessIdentity;
import cfs.host.os.Unmount;
import cfs.host.problem.CommandName;
import cfs.host.problem.Problem;
import cfs.host.problem.ProblemCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Stops processes: asks first, then SIGTERM, then SIGKILL, each with its own limit and its own word. A killed daemon loses
 * nothing that was synced; the next mount replays its journal.
 */
public final class ClusterStop {
  private static final Duration ASK_LIMIT = Duration.ofSeconds(2);
  private static final Duration UNMOUNT_LIMIT = Duration.ofSeconds(15);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
  private static final Duration TERM_LIMIT = Duration.ofSeconds(10);
  private static final Duration KILL_LIMIT = Duration.ofSeconds(10);

  private final Progress progress;

  public ClusterStop(Progress progress) {
    this.progress = progress;
  }

  /** Daemons together, because the last one to leave would else wait for nobody; the coordinator afterwards. */
  public void stopAll(RunDirectory run, List<HostConfig> hosts) {
    List<Thread> stopping = hosts.stream()
        .map(host -> Thread.ofPlatform().name("stop-" + host.hostName()).start(() -> stopHost(host, true)))
        .toList();
    for (Thread thread : stopping) {
      join(thread);
    }
    stopProcess("coordinator", run.coordinatorPid(), false);
    List<String> alive = hosts.stream().filter(host -> ProcessIdentity.living(host.pidFile()).isPresent())
        .map(HostConfig::hostName).toList();
    if (!alive.isEmpty()) {
      throw new Problem(ProblemCode.STOP_TIMED_OUT, "Not stopped: " + alive, CommandName.cfs("status"));
    }
  }

  /**
   * Afterwards the daemon does not run and nothing of ours is mounted at its mount point.
   *
   * @param force detach the mount even when programs use it; otherwise that is a problem and nothing changes
   */
  public void stopHost(HostConfig host, boolean force) {
    boolean asked = ProcessIdentity.living(host.pidFile()).isPresent() && ask(host, force);
    stopProcess(host.hostName(), host.pidFile(), asked);
    if (ProcessIdentity.living(host.pidFile()).isEmpty() && Unmount.detach(host.volume().mountPoint()) > 0) {
      progress.line(host.hostName(), "took away its dead mount");
    }
  }

  private boolean ask(HostConfig host, boolean force) {
    AdminClient daemon = new AdminClient(host.adminSocket());
    try {
      return daemon.unmount(UNMOUNT_LIMIT);
    } catch (Problem inUse) {
      if (!force) {
        throw inUse;
      }
      progress.line(host.hostName(), inUse.sentence() + " Detaching it; those programs get errors.");
      return daemon.stop(ASK_LIMIT);
    }
  }

  private void stopProcess(String name, Path pidFile, boolean asked) {
    Optional<ProcessIdentity> found = ProcessIdentity.living(pidFile);
    if (found.isEmpty()) {
      progress.line(name, asked ? "stopped" : "was not running");
      return;
    }
    ProcessIdentity process = found.get();
    if (asked && ended(process, STOP_LIMIT)) {
      progress.line(name, "stopped");
      return;
    }
    if (asked) {
      progress.line(name, "did not stop within " + STOP_LIMIT.toSeconds() + " s: sending SIGTERM to pid "
          + process.pid());
    }
    process.signal(false);
    if (ended(process, TERM_LIMIT)) {
      progress.line(name, "stopped");
      return;
    }
    progress.line(name, "did not stop on SIGTERM: killing pid " + process.pid()
        + "; the next mount replays its journal");
    process.signal(true);
    progress.line(name,
        ended(process, KILL_LIMIT) ? "killed" : "cannot be killed (pid " + process.pid() + ")");
  }

  private static boolean ended(ProcessIdentity process, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (process.alive()) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(20);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
