package cfs.fuse.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cfs.fuse.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The way of users without root; root may take it as well. */
class FusermountTest extends MountedTest {
  private static final MountOptions COMMA = new MountOptions("volume1,a\\b", false, true,
      Session.Options.COHERENT);

  @Override
  FuseMount mount(Path at, MountOptions options) {
    boolean there = Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(bin -> Files.isExecutable(Path.of(bin, Fusermount.PROGRAM)));
    assumeTrue(there, "no fusermount3 here, mounting without root is not tested");
    return FuseMount.mount(fileSystem, at, COMMA, Tasks.THREADS, ended::countDown, new Fusermount());
  }

  @Test
  void descriptorIsPassedAndTheMountServes() throws Exception {
    Files.writeString(root.resolve("file"), "text");

    assertThat(Shell.sh(root, "cat file")).isEqualTo("text");
    assertThat(Files.readString(Path.of("/proc/mounts"))).contains("volume1,a\\134b ")
        .contains(" fuse.cfs rw,nosuid");
    mount.unmount(false);
    assertThat(ended.getCount()).isZero();
    assertThat(Files.exists(root.resolve("file"))).isFalse();
  }
}
