package cfs.host.config;

import cfs.host.config.HostConfig.CoordinatorSettings;
import cfs.host.config.HostConfig.VolumeSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** Configurations for tests. */
public final class Configs {
  private Configs() {}

  /** A host whose files are all below {@code root}. */
  public static HostConfig in(Path root) {
    return new HostConfig(root.resolve("host7.toml"), 7, "host7", new Endpoint("127.0.0.1", 7301),
        root.resolve("admin.sock"), root.resolve("host.pid"), root.resolve("locks"), 256L << 20,
        new UUID(0x1234, 0x5678), root.resolve("identity"),
        new CoordinatorSettings("127.0.0.1:7300,127.0.0.1:7299", true, root.resolve("zk"), 4_500_000_000L),
        new VolumeSettings("vol1", List.of(root.resolve("a.img"), Path.of("/dev/disk/by-id/b")),
            root.resolve("mnt"),
            Path.of("/dev/fuse"), true));
  }
}
