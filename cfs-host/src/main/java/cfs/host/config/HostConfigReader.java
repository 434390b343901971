package cfs.host.config;

import cfs.host.config.HostConfig.CoordinatorSettings;
import cfs.host.config.HostConfig.VolumeSettings;
import java.nio.file.Path;
import java.util.List;

/** Reads a host's TOML file; every mistake is a {@code Problem} that names file, line and what is expected. */
public final class HostConfigReader {
  private HostConfigReader() {}

  public static HostConfig read(Path file) {
    TomlSource source = TomlSource.read(file);
    source.allowTables(List.of("host", "cluster", "coordinator", "volume"));
    TomlTable host = source.table("host");
    int hostId = host.integer("id", 1, 1023);
    String hostName = host.text("name");
    Endpoint listen = host.parsed("listen", Endpoint::parse);
    Path adminSocket = host.path("admin_socket");
    Path pidFile = host.path("pid_file");
    Path lockDirectory = host.path("lock_directory");
    long memoryCeilingBytes = host.parsed("memory_ceiling", HostConfigReader::memory, 512L << 20);
    host.finish();
    TomlTable cluster = source.table("cluster");
    var clusterUuid = cluster.uuid("uuid");
    Path identity = cluster.path("identity");
    cluster.finish();
    return new HostConfig(source.file().toAbsolutePath().normalize(), hostId, hostName, listen, adminSocket,
        pidFile,
        lockDirectory, memoryCeilingBytes, clusterUuid, identity, coordinator(source.table("coordinator")),
        volume(source.table("volume")));
  }

  private static CoordinatorSettings coordinator(TomlTable table) {
    String connect = table.parsed("connect", text -> {
      for (String one : text.split(",", -1)) {
        Endpoint.parse(one.strip());
      }
      return text;
    });
    boolean embedded = table.flag("embedded", false);
    Path directory = table.path("directory", "coordinator");
    long sessionTimeoutNanos = table.parsed("session_timeout", HostConfigReader::sessionTimeout,
        6_000_000_000L);
    table.finish();
    return new CoordinatorSettings(connect, embedded, directory, sessionTimeoutNanos);
  }

  private static VolumeSettings volume(TomlTable table) {
    String name = table.text("name");
    List<Path> luns = table.paths("luns");
    Path mountPoint = table.path("mount_point");
    Path fuseDevice = table.path("fuse_device", "/dev/fuse");
    boolean readOnly = table.flag("read_only", false);
    table.finish();
    return new VolumeSettings(name, luns, mountPoint, fuseDevice, readOnly);
  }

  private static long memory(String text) {
    long bytes = ByteSize.parse(text);
    if (bytes < 128L << 20) {
      throw new IllegalArgumentException("\"" + text + "\" is too little; the daemon needs 128M");
    }
    return bytes;
  }

  private static long sessionTimeout(String text) {
    long nanos = TimeSpan.parseNanos(text);
    if (nanos < 1_000_000_000L || nanos > 60_000_000_000L) {
      throw new IllegalArgumentException("\"" + text + "\" is out of range; 1s to 60s is allowed");
    }
    return nanos;
  }
}
