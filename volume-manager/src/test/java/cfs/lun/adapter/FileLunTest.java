package cfs.lun.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cfs.error.FsError;
import cfs.error.FsException;
import cfs.lun.AlignedMemory;
import cfs.lun.BlockDeviceContract;
import cfs.lun.LunOpener.Claim;
import cfs.lun.VolumeError;
import cfs.lun.VolumeException;
import cfs.port.BlockDevice;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileLunTest extends BlockDeviceContract {
  private final FileLunOpener opener = new FileLunOpener();

  @TempDir
  Path directory;

  private Path file() {
    return directory.resolve("lün");
  }

  @Override
  protected BlockDevice open() throws Exception {
    FileLunOpener.createFile(file(), BYTES_MIN);
    return opener.open(file().toString(), Claim.SHARED);
  }

  @Test
  void dataIsInTheFile() throws Exception {
    write(4096, random(1, 4096));
    try (RandomAccessFile plain = new RandomAccessFile(file().toFile(), "r")) {
      byte[] found = new byte[4096];
      plain.seek(4096);
      plain.readFully(found);
      assertThat(found).isEqualTo(random(1, 4096));
    }
  }

  @Test
  void existingFileIsNeverCreatedAnew() {
    assertThatThrownBy(() -> FileLunOpener.createFile(file(), 1))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void shrunkFileIsAnIoErrorThatNamesIt() throws Exception {
    try (RandomAccessFile plain = new RandomAccessFile(file().toFile(), "rw")) {
      plain.setLength(1 << 20);
    }
    assertThatThrownBy(() -> read(2 << 20, 4096)).isInstanceOf(FsException.class)
        .hasMessageContaining(file().toString())
        .extracting(e -> ((FsException) e).error()).isEqualTo(FsError.IO);
  }

  @Test
  void closedLunRefusesAndClosingTwiceIsHarmless() throws Exception {
    BlockDevice second = opener.open(file().toString(), Claim.SHARED);
    second.close();
    second.close();
    assertThatThrownBy(second::flush).isInstanceOf(FsException.class).hasMessageContaining("closed");
  }

  @Test
  void formattingClaimWaitsForNobodyAndIsRefusedWhileServed() {
    assertRefused(VolumeError.LUN_BUSY, file().toString(), Claim.EXCLUSIVE);
    device.close();
    BlockDevice formatting = opener.open(file().toString(), Claim.EXCLUSIVE);
    assertRefused(VolumeError.LUN_BUSY, file().toString(), Claim.SHARED);
    formatting.close();
    opener.open(file().toString(), Claim.SHARED).close();
  }

  @Test
  void whatIsNoStorageIsRefused() throws Exception {
    assertRefused(VolumeError.LUN_NOT_FOUND, directory.resolve("none").toString(), Claim.SHARED);
    assertRefused(VolumeError.LUN_NOT_FOUND, file() + "/below", Claim.SHARED);
    assertRefused(VolumeError.LUN_NOT_STORAGE, directory.toString(), Claim.SHARED);
    assertRefused(VolumeError.LUN_NOT_STORAGE, "/dev/null", Claim.SHARED);
    Path link = Files.createSymbolicLink(directory.resolve("link"), file());
    opener.open(link.toString(), Claim.SHARED).close();
  }

  @Test
  void zeroingAndDiscardingGiveSpaceBackOrKeepItButNeverGrowTheFile() throws Exception {
    write(0, random(1, 1 << 20));
    device.discard(0, 1 << 20);
    device.writeZeroes(0, BYTES_MIN);
    assertThat(Files.size(file())).isEqualTo(BYTES_MIN);
  }

  @Test
  void bufferOfClosedArenaIsRefused() {
    Arena gone = Arena.ofConfined();
    MemorySegment buffer = AlignedMemory.allocate(gone, 4096);
    gone.close();
    assertThatThrownBy(() -> device.write(0, buffer, 0, 4096)).isInstanceOf(IllegalStateException.class);
  }

  private void assertRefused(VolumeError code, String path, Claim claim) {
    assertThatThrownBy(() -> opener.open(path, claim)).isInstanceOf(VolumeException.class)
        .hasMessageContaining(path).extracting(e -> ((VolumeException) e).code()).isEqualTo(code);
  }
}
