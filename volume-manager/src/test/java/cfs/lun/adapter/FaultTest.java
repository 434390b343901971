package cfs.lun.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cfs.error.FencedException;
import cfs.error.FsError;
import cfs.error.FsException;
import cfs.lun.AlignedMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a LUN does with every answer the kernel may give. */
class FaultTest {
  private final FaultyLibC libc = new FaultyLibC();
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment buffer = AlignedMemory.allocate(arena, 65536);
  private final FileLun file = new FileLun(new SystemCalls(libc), "/lun", 3, false, 1L << 30, 512);
  private final FileLun device = new FileLun(new SystemCalls(libc), "/dev/lun", 4, true, 1L << 30, 4096);

  @AfterEach
  void free() {
    arena.close();
  }

  @Test
  void shortTransfersGoOnAtTheNextSector() {
    libc.answers(4096, 1000, 512);
    file.read(8192, buffer, 0, 65536);
    assertThat(libc.calls).containsExactly("pread 65536@8192", "pread 61440@12288", "pread 60928@12800",
        "pread 60416@13312");
    libc.calls.clear();
    libc.answers(4096 + 512);
    device.write(0, buffer, 0, 16384);
    assertThat(libc.calls).containsExactly("pwrite 16384@0", "pwrite 12288@4096");
  }

  @Test
  void transferWithoutProgressIsAnErrorAndNotALoop() {
    libc.answers(0);
    assertIo(() -> file.read(0, buffer, 0, 4096), FsError.IO);
    libc.answers(511);
    assertIo(() -> file.write(0, buffer, 0, 4096), FsError.IO);
    assertThat(libc.calls).hasSize(2);
  }

  @Test
  void interruptionsAreRetriedButNotForEver() {
    libc.answers(-4, -4, -4);
    file.read(0, buffer, 0, 4096);
    assertThat(libc.calls).hasSize(4);
    libc.calls.clear();
    for (int i = 0; i < 1000; i++) {
      libc.answers(-4);
    }
    assertIo(() -> file.write(0, buffer, 0, 4096), FsError.IO);
    assertIo(file::flush, FsError.IO);
    assertThat(libc.calls).hasSize(202);
  }

  @Test
  void errorsNameThePathAndWhatTheyMean() {
    libc.answers(-5);
    assertIo(() -> file.read(0, buffer, 0, 4096), FsError.IO);
    libc.answers(-28);
    assertIo(() -> file.write(0, buffer, 0, 4096), FsError.NO_SPACE);
    libc.answers(-52);
    assertThatThrownBy(() -> device.write(0, buffer, 0, 4096)).isInstanceOf(FencedException.class)
        .hasMessageContaining("/dev/lun");
    libc.answers(-5);
    assertIo(() -> file.writeZeroes(0, 4096), FsError.IO);
    libc.answers(-5);
    assertIo(() -> device.discard(0, 4096), FsError.IO);
  }

  @Test
  void zeroingFallsBackStepByStep() {
    libc.answers(-95, -95);
    file.writeZeroes(512, (1 << 20) + 512);
    assertThat(libc.calls).containsExactly("fallocate 17 1049088@512", "fallocate 3 1049088@512",
        "pwrite 1048576@512", "pwrite 512@1049088");
    libc.calls.clear();
    libc.answers(-95);
    device.writeZeroes(0, 4096);
    assertThat(libc.calls).containsExactly("ioctl 127f", "pwrite 4096@0");
  }

  @Test
  void discardIsAHintOnly() {
    libc.answers(-95, -25);
    file.discard(0, 4096);
    device.discard(0, 4096);
    assertThat(libc.calls).containsExactly("fallocate 3 4096@0", "ioctl 1277");
  }

  /** The kernel tells one fdatasync of a file that metadata was lost, and the next one nothing. */
  @Test
  void failedFlushOfAFileIsNeverForgottenWhileADeviceTriesAgain() {
    libc.answers(-5);
    assertIo(file::flush, FsError.IO);
    assertIo(file::flush, FsError.IO);
    libc.answers(-5);
    assertIo(device::flush, FsError.IO);
    device.flush();
  }

  @Test
  void descriptorIsClosedOnceAndAfterTheLastCall() {
    file.close();
    file.close();
    assertThatThrownBy(() -> file.read(0, buffer, 0, 4096)).hasMessageContaining("closed");
    assertThatThrownBy(file::flush).hasMessageContaining("closed");
    assertThat(libc.calls).containsExactly("close");
    Descriptor busy = new Descriptor(new SystemCalls(libc), "/lun", 5);
    busy.enter();
    busy.enter();
    busy.close();
    assertThatThrownBy(busy::enter).hasMessageContaining("closed");
    busy.leave();
    assertThat(libc.calls).hasSize(1);
    busy.leave();
    assertThat(libc.calls).hasSize(2);
    assertThatThrownBy(busy::enter).hasMessageContaining("closed");
    assertThat(libc.calls).hasSize(2);
  }

  private void assertIo(Runnable call, FsError error) {
    assertThatThrownBy(call::run).isInstanceOf(FsException.class).hasMessageContaining("/")
        .hasMessageContaining("lun").extracting(e -> ((FsException) e).error()).isEqualTo(error);
  }
}
