package cfs.coordinator.adapter;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.apache.zookeeper.metrics.impl.NullMetricsProvider;
import org.apache.zookeeper.server.ServerConfig;

/** Settings of the one ZooKeeper server that CFS runs itself; set here instead of parsed, so that no file can differ. */
final class StandaloneConfig extends ServerConfig {
  /** Sessions expire on multiples of this, and the shortest session is four of them. */
  static final int TICK_MILLIS = 500;
  static final int MIN_SESSION_MILLIS = 2_000;
  static final int MAX_SESSION_MILLIS = 60_000;
  /** Every CFS host has one connection; one machine may run many hosts. */
  private static final int MAX_CONNECTIONS_PER_ADDRESS = 1024;

  static {
    // ZooKeeper takes these from system properties only. No Jetty; log files grow by 4 MiB instead of 64.
    System.setProperty("zookeeper.admin.enableServer", "false");
    System.setProperty("zookeeper.preAllocSize", "4096");
  }

  StandaloneConfig(InetSocketAddress address, Path dataDir) {
    this.clientPortAddress = address;
    this.dataDir = dataDir.toFile();
    this.dataLogDir = dataDir.toFile();
    this.tickTime = TICK_MILLIS;
    this.minSessionTimeout = MIN_SESSION_MILLIS;
    this.maxSessionTimeout = MAX_SESSION_MILLIS;
    this.maxClientCnxns = MAX_CONNECTIONS_PER_ADDRESS;
    this.metricsProviderClassName = NullMetricsProvider.class.getName();
  }
}
