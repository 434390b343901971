package cfs.host.local;

import cfs.host.admin.AdminClient;
import cfs.host.admin.HostState;
import cfs.host.config.Endpoint;
import cfs.host.config.HostConfig;
import cfs.host.os.MountTable;
import cfs.host.os.Ports;
import cfs.host.os.ProcessIdentity;
import cfs.host.os.Unmount;
import cfs.host.problem.CommandName;
import cfs.host.problem.Problem;
import cfs.host.problem.ProblemCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Starts the processes of a cluster that is set up, and only those that do not run. */
public final class ClusterStart {
  private static final Duration COORDINATOR_LIMIT = Duration.ofMinutes(1);
  private static final Duration HOST_LIMIT = Duration.ofMinutes(2);
  private static final Duration ADMIN_LIMIT = Duration.ofSeconds(10);
  private static final long COORDINATOR_BYTES = 256L << 20;

  private final RunDirectory run;
  private final Progress progress;

  public ClusterStart(RunDirectory run, Progress progress) {
    this.run = run;
    this.progress = progress;
  }

  public void startAll(List<HostConfig> hosts) {
    startCoordinator(hosts.getFirst());
    List<StartingProcess> starting = new ArrayList<>();
    for (HostConfig host : hosts) {
      starting.add(startHost(host));
    }
    progress.line("hosts",
        "starting " + hosts.stream().map(HostConfig::hostName).collect(Collectors.joining(", ")));
    // All are waited for, so that one problem does not leave others half started and unseen.
    Optional<Problem> first = Optional.empty();
    for (int i = 0; i < starting.size(); i++) {
      StartingProcess process = starting.get(i);
      try {
        awaitHost(hosts.get(i), process);
      } catch (Problem problem) {
        progress.line(hosts.get(i).hostName(), "failed: " + problem.sentence());
        first = first.isPresent() ? first : Optional.of(problem);
      }
    }
    if (first.isPresent()) {
      throw first.get();
    }
  }

  /** Starts one daemon, and the coordinator of this directory when it is not running, and waits until it is mounted. */
  public void startOne(HostConfig host) {
    if (!host.coordinator().embedded() && host.file().startsWith(run.root())) {
      startCoordinator(host);
    }
    awaitHost(host, startHost(host));
  }

  private void startCoordinator(HostConfig host) {
    Endpoint endpoint = Endpoint.parse(host.coordinator().connect().split(",", -1)[0].strip());
    Optional<ProcessIdentity> running = ProcessIdentity.living(run.coordinatorPid());
    if (running.isPresent()) {
      progress.line("coordinator", "runs on " + endpoint + " (pid " + running.get().pid() + ")");
      return;
    }
    requirePort(endpoint, "coordinator");
    StartingProcess process = Spawn.start("coordinator", run.log(), COORDINATOR_BYTES,
        List.of("coordinator", "--directory", run.coordinator().toString(), "--listen", endpoint.toString(),
            "--pid-file", run.coordinatorPid().toString()));
    process.awaitReady(COORDINATOR_LIMIT);
    progress.line("coordinator", "ZooKeeper on " + endpoint + " (pid " + process.pid() + ")");
  }

  private StartingProcess startHost(HostConfig host) {
    Optional<ProcessIdentity> running = ProcessIdentity.living(host.pidFile());
    if (running.isPresent()) {
      return StartingProcess.alreadyRuns(host.hostName(), running.get().pid());
    }
    int stale = Unmount.detach(host.volume().mountPoint());
    if (stale > 0) {
      progress.line(host.hostName(), "took away the mount of a daemon that is gone");
    }
    if (MountTable.at(host.volume().mountPoint()).isPresent()) {
      throw new Problem(ProblemCode.MOUNT_POINT_BUSY, "Another file system is mounted at "
          + host.volume().mountPoint(), "umount " + host.volume().mountPoint());
    }
    requirePort(host.listen(), host.hostName());
    return Spawn.start(host.hostName(), logDirectory(host), host.memoryCeilingBytes(),
        List.of("daemon", "--config", host.file().toString()));
  }

  private void awaitHost(HostConfig host, StartingProcess process) {
    String text = process.awaitReady(HOST_LIMIT);
    if (!answers(host) || MountTable.at(host.volume().mountPoint()).isEmpty()) {
      throw new Problem(ProblemCode.DAEMON_UNREACHABLE, host.hostName() + " (pid " + process.pid()
          + ") runs but is not mounted or does not answer", CommandName.cfs("status"));
    }
    progress.line(host.hostName(), text + " (pid " + process.pid() + ")");
  }

  /** Also while the next host joins, which makes all others wait for a moment. */
  private static boolean answers(HostConfig host) {
    return new AdminClient(host.adminSocket()).status(ADMIN_LIMIT).filter(status -> status
        .state() == HostState.READY || status.state() == HostState.RECOVERING).isPresent();
  }

  private static void requirePort(Endpoint endpoint, String user) {
    if (!Ports.isFree(endpoint.host(), endpoint.port())) {
      throw new Problem(ProblemCode.PORT_TAKEN, "The address " + endpoint + " of " + user
          + " is used by another process", ClusterSetup.newPortsCommand());
    }
  }

  private static Path logDirectory(HostConfig host) {
    Path beside = host.file().resolveSibling("log");
    return Files.isWritable(host.file().getParent()) ? beside : Path.of("/var/log/cfs");
  }
}
