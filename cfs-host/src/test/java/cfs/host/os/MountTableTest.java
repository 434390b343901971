package cfs.host.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MountTableTest {
  @Test
  void pointTypeAndSourceAreRead() {
    var mounts = MountTable.parse("""
        36 35 98:0 / /mnt/a rw,noatime shared:1 - ext4 /dev/sda1 rw
        37 35 0:52 / /mnt/with\\040blank\\134 rw - fuse.cfs cfs:vol1 rw,user_id=0
        """);
    assertThat(mounts).containsExactly(
        new MountTable.Mount(Path.of("/mnt/a"), "ext4", "/dev/sda1"),
        new MountTable.Mount(Path.of("/mnt/with blank\\"), "fuse.cfs", "cfs:vol1"));
    assertThat(mounts.get(0).isFuse()).isFalse();
    assertThat(mounts.get(1).isFuse()).isTrue();
  }

  @Test
  void namesOutsideAsciiAreRead() {
    assertThat(MountTable.parse("1 2 0:1 / /mnt/é rw - fuse x rw").getFirst().point())
        .isEqualTo(Path.of("/mnt/é"));
  }

  @Test
  void brokenLinesAreSkipped() {
    assertThat(MountTable.parse("\n1 2 3\n1 2 0:1 / /mnt rw\n")).isEmpty();
  }

  @Test
  void theRootOfThisMachineIsMounted() {
    assertThat(MountTable.at(Path.of("/proc"))).isPresent();
    assertThat(MountTable.at(Path.of("/proc/self"))).isEmpty();
  }
}
