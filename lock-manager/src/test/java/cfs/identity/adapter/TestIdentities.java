package cfs.identity.adapter;

import java.time.Duration;
import java.time.Instant;

/** Certificates that a sound cluster never issues. */
public final class TestIdentities {
  private TestIdentities() {}

  public static HostIdentity expired(ClusterIdentity cluster, int hostId) {
    Instant now = Instant.now();
    return cluster.issue(HostName.of(hostId), hostId, now.minus(Duration.ofDays(2)), now.minus(Duration.ofDays(1)));
  }

  public static HostIdentity named(ClusterIdentity cluster, String commonName, int hostId) {
    Instant now = Instant.now();
    return cluster.issue(commonName, hostId, now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(1)));
  }
}
