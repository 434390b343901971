package cfs.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cfs.error.FsException;
import cfs.lun.AlignedMemory;
import cfs.lun.MemoryLun;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How a volume splits work over its LUNs. */
class VolumeTest {
  private static final long MIB = 1 << 20;

  private final MemoryLun first = new MemoryLun(16 * MIB);
  private final MemoryLun second = new MemoryLun(16 * MIB);
  private final Volume volume = new Volume(List.of(new Segment(new StripeMap(2, 8 * MIB, 65536),
      List.of(new Column(0, MIB, 8 * MIB), new Column(1, MIB, 8 * MIB)))), List.of(first, second));

  @Test
  void ioInsideAUnitIsOneCall() {
    write(65536 + 4096, 65536 - 4096);
    assertThat(first.ioCount()).isZero();
    assertThat(second.ioCount()).isEqualTo(1);
  }

  @Test
  void ioAcrossUnitsIsOneCallPerUnit() {
    write(32768, 3 * 65536);
    assertThat(first.ioCount()).isEqualTo(2);
    assertThat(second.ioCount()).isEqualTo(2);
  }

  @Test
  void zeroingAndDiscardingAreOneCallPerLun() {
    volume.writeZeroes(4096, 15 * MIB);
    volume.discard(4096, 15 * MIB);
    assertThat(first.ioCount()).isEqualTo(2);
    assertThat(second.ioCount()).isEqualTo(2);
    volume.writeZeroes(4096, 4096);
    assertThat(first.ioCount()).isEqualTo(3);
    assertThat(second.ioCount()).isEqualTo(2);
  }

  /** The LUNs are shared: an fsync here promises what the file holds, also what another host wrote or a dead one left. */
  @Test
  void flushCoversWhatOtherHostsWrote() {
    Volume other = new Volume(List.of(new Segment(new StripeMap(2, 8 * MIB, 65536),
        List.of(new Column(0, MIB, 8 * MIB), new Column(1, MIB, 8 * MIB)))), List.of(first, second));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = AlignedMemory.allocate(arena, 2 * 65536);
      buffer.fill((byte) 7);
      volume.write(0, buffer, 0, 2 * 65536);
      other.flush();
      for (MemoryLun lun : List.of(first, second)) {
        MemoryLun left = lun.afterPowerLoss(new Random(0), new MemoryLun.PowerSwitch());
        MemorySegment read = AlignedMemory.allocate(arena, 65536);
        left.read(MIB, read, 0, 65536);
        assertThat(read.mismatch(buffer.asSlice(0, 65536))).isEqualTo(-1);
      }
    }
  }

  @Test
  void failedFlushIsTriedAgain() {
    write(0, 4096);
    first.fail(true);
    assertThatThrownBy(volume::flush).isInstanceOf(FsException.class);
    first.fail(false);
    volume.flush();
    assertThat(first.flushes()).isEqualTo(1);
  }

  @Test
  void failedWriteIsFlushedAllTheSame() {
    first.fail(true);
    assertThatThrownBy(() -> write(0, 4096)).isInstanceOf(FsException.class);
    first.fail(false);
    volume.flush();
    assertThat(first.flushes()).isEqualTo(1);
  }

  private void write(long offset, long length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = AlignedMemory.allocate(arena, (length + 4095) / 4096 * 4096);
      volume.write(offset, buffer, 0, length);
    }
  }
}
