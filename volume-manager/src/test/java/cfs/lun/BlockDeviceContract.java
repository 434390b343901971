package cfs.lun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cfs.port.BlockDevice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link BlockDevice} does. Subclasses give a zeroed device of at least {@link #BYTES_MIN}. */
public abstract class BlockDeviceContract {
  protected static final long BYTES_MIN = 8L << 20;

  protected BlockDevice device;
  private final Arena arena = Arena.ofConfined();

  protected abstract BlockDevice open() throws Exception;

  @BeforeEach
  void openDevice() throws Exception {
    device = open();
  }

  @AfterEach
  protected void closeDevice() {
    device.close();
    arena.close();
  }

  @Test
  void geometryIsSane() {
    assertThat(device.sectorBytes()).isIn(512, 4096);
    assertThat(device.sizeBytes()).isGreaterThanOrEqualTo(BYTES_MIN);
    assertThat(device.sizeBytes() % device.sectorBytes()).isZero();
  }

  @Test
  void newDeviceReadsZeroes() {
    assertThat(read(0, 65536)).containsOnly(0);
  }

  @Test
  void readsWhatWasWritten() {
    byte[] bytes = random(1, 65536);
    write(131072, bytes);
    assertThat(read(131072, 65536)).isEqualTo(bytes);
    assertThat(read(131072 - 4096, 4096)).containsOnly(0);
    assertThat(read(131072 + 65536, 4096)).containsOnly(0);
  }

  @Test
  void writesSingleSectorsAtAnyOffsetOfTheBuffer() {
    int sector = device.sectorBytes();
    MemorySegment buffer = AlignedMemory.allocate(arena, 8192);
    byte[] bytes = random(2, sector);
    MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, sector, sector);
    device.write(7L * sector, buffer, sector, sector);
    assertThat(read(7L * sector, sector)).isEqualTo(bytes);
    assertThat(read(6L * sector, sector)).containsOnly(0);
  }

  @Test
  void servesTheLastSector() {
    int sector = device.sectorBytes();
    byte[] bytes = random(3, sector);
    write(device.sizeBytes() - sector, bytes);
    assertThat(read(device.sizeBytes() - sector, sector)).isEqualTo(bytes);
  }

  @Test
  void largeTransferAtOddOffsetArrivesWhole() {
    byte[] bytes = random(4, (3 << 20) + device.sectorBytes());
    write(device.sectorBytes(), bytes);
    assertThat(read(device.sectorBytes(), bytes.length)).isEqualTo(bytes);
  }

  @Test
  void overlappingWritesLastOneWins() {
    write(0, random(5, 1 << 20));
    byte[] later = random(6, 300 * 4096);
    write(4096, later);
    assertThat(read(4096, later.length)).isEqualTo(later);
  }

  @Test
  void zeroedRangeReadsAsZeroesAndNothingElseChanges() {
    byte[] bytes = random(7, 1 << 20);
    write(0, bytes);
    int sector = device.sectorBytes();
    device.writeZeroes(sector, (1 << 20) - 2L * sector);
    assertThat(read(sector, (1 << 20) - 2 * sector)).containsOnly(0);
    assertThat(read(0, sector)).isEqualTo(java.util.Arrays.copyOf(bytes, sector));
    assertThat(read((1 << 20) - sector, sector))
        .isEqualTo(java.util.Arrays.copyOfRange(bytes, (1 << 20) - sector, 1 << 20));
  }

  @Test
  void discardLeavesTheRestAndTheRangeWritable() {
    byte[] bytes = random(8, 1 << 20);
    write(0, bytes);
    device.discard(1 << 18, 1 << 18);
    assertThat(read(0, 1 << 18)).isEqualTo(java.util.Arrays.copyOf(bytes, 1 << 18));
    byte[] again = random(9, 4096);
    write(1 << 18, again);
    assertThat(read(1 << 18, 4096)).isEqualTo(again);
  }

  @Test
  void flushReturns() {
    write(0, random(10, 4096));
    device.flush();
    device.flush();
    assertThat(read(0, 4096)).isEqualTo(random(10, 4096));
  }

  @Test
  void emptyIoDoesNothing() {
    MemorySegment buffer = AlignedMemory.allocate(arena, 4096);
    device.read(0, buffer, 0, 0);
    device.write(0, buffer, 0, 0);
    device.writeZeroes(0, 0);
    device.discard(0, 0);
    assertThat(read(0, 4096)).containsOnly(0);
  }

  @Test
  void misuseIsCaught() {
    MemorySegment buffer = AlignedMemory.allocate(arena, 8192);
    int sector = device.sectorBytes();
    assertThatThrownBy(() -> device.read(1, buffer, 0, sector)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> device.read(0, buffer, 0, sector - 1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> device.write(0, buffer, 1, sector)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> device.write(device.sizeBytes(), buffer, 0, sector))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> device.writeZeroes(-sector, sector)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> device.discard(Long.MAX_VALUE - 4095, 4096))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> device.read(0, buffer, 8192, sector)).isInstanceOf(RuntimeException.class);
  }

  protected final byte[] read(long offset, int length) {
    MemorySegment buffer = AlignedMemory.allocate(arena, (length + 4095) / 4096 * 4096L);
    buffer.fill((byte) 0xA5);
    device.read(offset, buffer, 0, length);
    return buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
  }

  protected final void write(long offset, byte[] bytes) {
    MemorySegment buffer = AlignedMemory.allocate(arena, (bytes.length + 4095) / 4096 * 4096L);
    MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, bytes.length);
    device.write(offset, buffer, 0, bytes.length);
  }

  protected static byte[] random(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
