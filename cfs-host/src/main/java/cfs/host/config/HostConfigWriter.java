package cfs.host.config;

import java.nio.file.Path;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes a commented configuration that {@link HostConfigReader} reads back to the same values. */
public final class HostConfigWriter {

  private HostConfigWriter() {}

  /** The text of the file {@code config.file()}. */
  public static String toml(HostConfig config) {
    Path base = config.file().toAbsolutePath().normalize().getParent();
    String luns = config.volume().luns().stream().map(lun -> "\"" + relative(base, lun) + "\"")
        .collect(Collectors.joining(", "));
    return """
      # CFS host configuration. Relative paths count from the directory of this file.
      # Sizes: 512M, 10G. Times: 500ms, 4s. An unknown key is refused.

      [host]
      id = %d                             # unique in the cluster, also in the host's certificate
      name = "%s"
      listen = "%s"           # where the other hosts connect to
      admin_socket = "%s"     # HTTP and JSON for `cfs status` and others
      pid_file = "%s"
      lock_directory = "%s"           # local fence agent: one kernel lock per host process
      memory_ceiling = "%s"             # of the daemon's whole process

      [cluster]
      uuid = "%s"
      identity = "%s"     # certificates; keep the keys secret

      [coordinator]
      connect = "%s"          # ZooKeeper, host:port, several separated by commas
      embedded = %s                   # true: this daemon runs the coordinator itself
      directory = "%s"          # where an embedded coordinator keeps its files
      session_timeout = "%s"              # a silent host is suspected after this

      [volume]
      name = "%s"
      luns = [%s]
      mount_point = "%s"
      fuse_device = "%s"
      read_only = %s
      """.formatted(config.hostId(), config.hostName(), config.listen(),
        relative(base, config.adminSocket()),
        relative(base, config.pidFile()), relative(base, config.lockDirectory()),
        ByteSize.exact(config.memoryCeilingBytes()), config.clusterUuid(),
        relative(base, config.identityDirectory()),
        config.coordinator().connect(), config.coordinator().embedded(),
        relative(base, config.coordinator().embeddedDirectory()),
        TimeSpan.exact(config.coordinator().sessionTimeoutNanos()), config.volume().name(), luns,
        relative(base, config.volume().mountPoint()),
        relative(base, config.volume().fuseDevice()), config.volume().readOnly());
  }

  private static String relative(@Nullable Path base, Path path) {
    Path shown = base != null && path.startsWith(base) ? base.relativize(path) : path;
    return shown.toString().replace("\\", "\\\\").replace("\"", "\\\"");
  }
}
