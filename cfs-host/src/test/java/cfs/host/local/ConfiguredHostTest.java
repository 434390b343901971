package cfs.host.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cfs.host.cli.Cli;
import cfs.host.config.Configs;
import cfs.host.config.Endpoint;
import cfs.host.config.HostConfig;
import cfs.host.config.HostConfig.CoordinatorSettings;
import cfs.host.config.HostConfig.VolumeSettings;
import cfs.host.config.HostConfigWriter;
import cfs.host.daemon.VolumeTools;
import cfs.host.os.MountTable;
import cfs.host.os.Ports;
import cfs.host.os.ProcessIdentity;
import cfs.host.os.Programs;
import cfs.host.os.Unmount;
import cfs.identity.adapter.ClusterIdentity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A host that an administrator configured by hand, with the coordinator in its own process. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class ConfiguredHostTest {
  @TempDir
  private Path directory;

  private HostConfig config;

  @BeforeEach
  void configure() throws Exception {
    assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "/dev/fuse is missing or may not be opened");
    assumeTrue(Programs.isRoot() || Programs.installed("fusermount3"), "neither root nor fusermount3");
    Path root = directory.toRealPath();
    HostConfig model = Configs.in(root);
    List<Integer> ports = Ports.free(2);
    List<Path> luns = List.of(root.resolve("only.img"));
    config = new HostConfig(model.file(), model.hostId(), model.hostName(),
        new Endpoint("127.0.0.1", ports.get(0)),
        model.adminSocket(), model.pidFile(), model.lockDirectory(), 512L << 20, model.clusterUuid(),
        model.identityDirectory(),
        new CoordinatorSettings("127.0.0.1:" + ports.get(1), true, root.resolve("zk"), 6_000_000_000L),
        new VolumeSettings("data", luns, Files.createDirectory(root.resolve("mnt")), Path.of("/dev/fuse"),
            false));
    Files.writeString(config.file(), HostConfigWriter.toml(config));
    ClusterIdentity.create(config.identityDirectory(), config.clusterUuid()).issueHost(config.hostId());
    VolumeTools.createSparse(luns.getFirst(), 200L << 20);
    VolumeTools.format(new VolumeTools.FormatRequest(luns, "data", config.clusterUuid(), 0, false));
  }

  @AfterEach
  void end() {
    ProcessIdentity.living(config.pidFile()).ifPresent(process -> process.signal(true));
    Unmount.detach(config.volume().mountPoint());
  }

  @Test
  void itMountsServesAndEndsWhenTheSystemUnmountsIt() throws Exception {
    Cli mounted = Cli.run("mount", "--config", config.file().toString());
    assertThat(mounted.exitCode()).as("%s%s", mounted.out(), mounted.err()).isZero();
    Path file = config.volume().mountPoint().resolve("file");
    Files.writeString(file, "content");
    assertThat(file).hasContent("content");
    ProcessIdentity daemon = ProcessIdentity.living(config.pidFile()).orElseThrow();
    assertThat(Cli.run("mount", "--config", config.file().toString()).out()).contains("runs already");
    String unmount = Programs.isRoot() ? "umount" : "fusermount3 -u";
    assertThat(
        new ProcessBuilder((unmount + " " + config.volume().mountPoint()).split(" ")).start().waitFor())
        .isZero();
    for (int i = 0; daemon.alive(); i++) {
      assertThat(i).isLessThan(3000);
      TimeUnit.MILLISECONDS.sleep(10);
    }
    assertThat(MountTable.at(config.volume().mountPoint())).isEmpty();
    assertThat(config.pidFile()).doesNotExist();
    Cli checked = Cli.run("fsck", "-n", "--lun", config.volume().luns().getFirst().toString());
    assertThat(checked.exitCode()).as("%s%s", checked.out(), checked.err()).isZero();
  }

  @Test
  void aDaemonThatCannotStartTellsTheCommandWhy() throws Exception {
    Files.move(config.identityDirectory(), directory.resolve("elsewhere"));
    Cli refused = Cli.run("mount", "--config", config.file().toString());
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).startsWith("error [IDENTITY_INVALID]: ").contains("Next: ls -l ");
    assertThat(MountTable.at(config.volume().mountPoint())).isEmpty();
    assertThat(config.pidFile()).doesNotExist();
  }
}
