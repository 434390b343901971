package cfs.host.local;

import cfs.host.admin.AdminClient;
import cfs.host.admin.HostState;
import cfs.host.admin.HostStatus;
import cfs.host.admin.HostStatus.VolumeStatus;
import cfs.host.config.Endpoint;
import cfs.host.config.HostConfig;
import cfs.host.local.ClusterStatus.CoordinatorStatus;
import cfs.host.local.ClusterStatus.Health;
import cfs.host.local.ClusterStatus.HealthCheck;
import cfs.host.os.MountTable;
import cfs.host.os.Ports;
import cfs.host.os.ProcessIdentity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Asks every host of a run directory at once and judges the answers; works, and ends in time, with everything down. */
public final class StatusQuestion {
  private static final Duration PATIENCE = Duration.ofMillis(1500);
  private static final double NEARLY_FULL = 0.95;

  private StatusQuestion() {}

  public static ClusterStatus ask(RunDirectory run) {
    List<HostConfig> configs = run.requiredHosts();
    List<HealthCheck> checks = new ArrayList<>();
    CoordinatorStatus coordinator = coordinator(run, configs.getFirst());
    if (!coordinator.running()) {
      checks.add(new HealthCheck("COORDINATOR_DOWN",
          "The coordinator at " + coordinator.address() + " does not run."));
    }
    List<HostStatus> hosts = askAll(configs);
    for (int i = 0; i < hosts.size(); i++) {
      checkHost(configs.get(i), hosts.get(i), checks);
    }
    checkTogether(hosts, checks);
    boolean anyReady = hosts.stream().anyMatch(host -> host.state() == HostState.READY);
    Health health = checks.isEmpty() ? Health.HEALTH_OK
        : anyReady ? Health.HEALTH_DEGRADED : Health.HEALTH_DOWN;
    return new ClusterStatus(ClusterStatus.SCHEMA, health, checks, coordinator, hosts);
  }

  private static CoordinatorStatus coordinator(RunDirectory run, HostConfig config) {
    String address = config.coordinator().connect();
    Optional<ProcessIdentity> process = ProcessIdentity.living(run.coordinatorPid());
    Endpoint first = Endpoint.parse(address.split(",", -1)[0].strip());
    boolean listening = Ports.answers(first.host(), first.port());
    return new CoordinatorStatus(address, listening, process.map(ProcessIdentity::pid).orElse(0L));
  }

  private static List<HostStatus> askAll(List<HostConfig> configs) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<HostStatus>> answers = configs.stream().map(config -> threads.submit(() -> askOne(config)))
          .toList();
      return answers.stream().map(StatusQuestion::result).toList();
    }
  }

  private static HostStatus result(Future<HostStatus> answer) {
    try {
      return answer.get();
    } catch (InterruptedException | ExecutionException impossible) {
      throw new IllegalStateException("asking a host ends within its limit", impossible);
    }
  }

  private static HostStatus askOne(HostConfig config) {
    return new AdminClient(config.adminSocket()).status(PATIENCE).orElseGet(() -> silent(config));
  }

  private static HostStatus silent(HostConfig config) {
    Optional<ProcessIdentity> process = ProcessIdentity.living(config.pidFile());
    boolean mounted = MountTable.at(config.volume().mountPoint()).isPresent();
    return new HostStatus(HostStatus.SCHEMA, config.hostId(), config.hostName(),
        process.isPresent() ? HostState.STARTING : HostState.DOWN, "no answer",
        process.map(ProcessIdentity::pid).orElse(0L), 0, "", config.clusterUuid().toString(), null, null,
        List.of(),
        new HostStatus.MountStatus(config.volume().mountPoint().toString(), mounted),
        new HostStatus.MemoryStatus(0, 0, config.memoryCeilingBytes()));
  }

  private static void checkHost(HostConfig config, HostStatus host, List<HealthCheck> checks) {
    String name = host.hostName();
    switch (host.state()) {
      case DOWN -> checks.add(new HealthCheck("HOST_DOWN", name + " does not run."));
      case STARTING, STOPPING -> checks.add(new HealthCheck("HOST_NOT_READY",
          name + " (pid " + host.pid() + ") is " + host.state() + ": " + host.step() + "."));
      case SUSPECTED ->
        checks.add(
            new HealthCheck("HOST_SUSPECTED", name + " may be losing its place in the cluster: " + host.step()
                + "."));
      case RECOVERING -> checks.add(new HealthCheck("HOST_RECOVERING", name + ": " + host.step() + "."));
      case FENCED -> checks.add(new HealthCheck("HOST_FENCED", name + " was removed from the cluster."));
      case READY -> {
        if (!host.mount().mounted()) {
          checks.add(new HealthCheck("MOUNT_MISSING", name + " runs, but nothing is mounted at "
              + host.mount().point() + "."));
        }
      }
    }
    if (host.state() == HostState.DOWN && host.mount().mounted()) {
      checks.add(new HealthCheck("MOUNT_STALE", "The mount at " + config.volume().mountPoint()
          + " belongs to a daemon that is gone."));
    }
    for (HostStatus.LunStatus lun : host.luns()) {
      if (!lun.state().equals("OK")) {
        checks.add(new HealthCheck("LUN_UNREACHABLE",
            name + " cannot use " + lun.path() + ": " + lun.state() + "."));
      }
    }
  }

  private static void checkTogether(List<HostStatus> hosts, List<HealthCheck> checks) {
    long epochs = hosts.stream().map(HostStatus::view).filter(view -> view != null)
        .mapToLong(view -> view.epoch())
        .distinct().count();
    if (epochs > 1) {
      checks.add(
          new HealthCheck("VIEW_CHANGING", "The hosts see different views; this passes within seconds."));
    }
    for (HostStatus host : hosts) {
      VolumeStatus volume = host.volume();
      if (volume != null && volume.usedBytes() > NEARLY_FULL * volume.totalBytes()) {
        checks.add(
            new HealthCheck("VOLUME_NEARLY_FULL", "Volume " + volume.name() + " is more than 95 % full."));
        return;
      }
    }
  }
}
