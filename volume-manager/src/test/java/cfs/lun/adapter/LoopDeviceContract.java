package cfs.lun.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cfs.lun.BlockDeviceContract;
import cfs.lun.LunOpener.Claim;
import cfs.lun.VolumeError;
import cfs.lun.VolumeException;
import cfs.port.BlockDevice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A loop device, when this host lets us make one (root, and loop devices in the kernel). */
abstract class LoopDeviceContract extends BlockDeviceContract {
  private String loop = "";

  @TempDir
  Path directory;

  abstract int deviceSectorBytes();

  @Override
  protected BlockDevice open() throws Exception {
    Path file = directory.resolve("backing");
    FileLunOpener.createFile(file, BYTES_MIN);
    loop = attach(file);
    return new FileLunOpener().open(loop, Claim.SHARED);
  }

  @Override
  @AfterEach
  protected void closeDevice() {
    if (device != null) {
      super.closeDevice();
    }
  }

  @AfterEach
  void detach() throws Exception {
    if (!loop.isEmpty()) {
      assertThat(run("losetup", "--detach", loop)).isEmpty();
    }
  }

  @Test
  void sectorSizeAndSizeAreThoseOfTheDevice() {
    assertThat(device.sectorBytes()).isEqualTo(deviceSectorBytes());
    assertThat(device.sizeBytes()).isEqualTo(BYTES_MIN);
  }

  @Test
  void deviceIsClaimedExclusivelyForFormatting() {
    assertThatThrownBy(() -> new FileLunOpener().open(loop, Claim.EXCLUSIVE))
        .isInstanceOf(VolumeException.class).extracting(e -> ((VolumeException) e).code())
        .isEqualTo(VolumeError.LUN_BUSY);
    device.close();
    new FileLunOpener().open(loop, Claim.EXCLUSIVE).close();
  }

  private String attach(Path file) throws Exception {
    Assumptions.assumeTrue(Files.isWritable(Path.of("/dev/loop-control")), "needs root and loop devices");
    String name = run("losetup", "--find", "--show", "--sector-size", Integer.toString(deviceSectorBytes()),
        file.toString());
    Assumptions.assumeTrue(name.startsWith("/dev/loop"), "losetup refused: " + name);
    return name;
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes()).trim();
    process.waitFor();
    return output;
  }
}
