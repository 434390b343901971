package cfs.host.local;

import cfs.host.admin.HostStatus;
import java.util.List;

/** What {@code cfs status --json} prints. */
public record ClusterStatus(int schema, Health health, List<HealthCheck> checks,
    CoordinatorStatus coordinator,
    List<HostStatus> hosts) {
  public static final int SCHEMA = 1;

  public ClusterStatus {
    checks = List.copyOf(checks);
    hosts = List.copyOf(hosts);
  }

  public enum Health {
    HEALTH_OK,
    HEALTH_DEGRADED,
    HEALTH_DOWN
  }

  /** @param code stable, UPPER_CASE */
  public record HealthCheck(String code, String sentence) {}

  /** @param pid 0 when it does not run, or not here */
  public record CoordinatorStatus(String address, boolean running, long pid) {}
}
