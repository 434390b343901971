package cfs.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cfs.error.FsError;
import cfs.error.FsException;
import cfs.port.MemoryDevice;
import cfs.port.MemoryDevice.Change;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FormatterTest {
  private static final long MIB = 1 << 20;
  private static final FormatOptions OPTIONS = new FormatOptions(new UUID(1, 2), new UUID(3, 4), "vol", 5, 6);

  private static byte[] block(MemoryDevice device, long block) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(4096, 4096);
      device.read(block * 4096, buffer, 0, 4096);
      return buffer.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  private static void fill(MemoryDevice device) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment old = arena.allocate(MIB, 4096).fill((byte) 0xa5);
      for (long at = 0; at < device.sizeBytes(); at += MIB) {
        device.write(at, old, 0, MIB);
      }
    }
  }

  @Test
  void bothSuperblocksDescribeTheVolume() {
    MemoryDevice device = new MemoryDevice(200 * MIB);
    Superblock made = Formatter.format(device, OPTIONS);
    assertThat(made.geometry()).isEqualTo(new Geometry(200 * 256, 32));
    for (long at : new long[]{0, made.geometry().backupSuperblock()}) {
      byte[] bytes = block(device, at);
      assertThat(BlockHeader.complaint(bytes, at, OPTIONS.volume())).isNull();
      assertThat(Superblock.read(MemorySegment.ofArray(bytes))).isEqualTo(made);
    }
  }

  @Test
  void oldContentDoesNotShineThrough() {
    MemoryDevice device = new MemoryDevice(200 * MIB);
    fill(device);
    Superblock made = Formatter.format(device, OPTIONS);
    Geometry g = made.geometry();
    for (long group = 1; group < g.groupCount(); group++) {
      assertThat(block(device, g.headerBlock(group))).containsOnly(0);
    }
    assertThat(block(device, Geometry.slotBlock(0, 0))).containsOnly(0);
    assertThat(block(device, Geometry.slotBlock(Geometry.SLOTS - 1, 1))).containsOnly(0);
    byte[] root = block(device, made.rootInode());
    assertThat(BlockHeader.complaint(root, made.rootInode(), made.volume())).isNull();
  }

  /** The primary superblock appears only after everything else was flushed, and is gone before anything else changes. */
  @Test
  void cutShortAnywhereLeavesNoVolume() {
    MemoryDevice device = new MemoryDevice(128 * MIB);
    Formatter.format(device, OPTIONS);
    device.record();
    Formatter.format(device, OPTIONS);
    List<Change> changes = device.recorded();
    int firstFlush = changes.indexOf(new Change.Flush());
    assertThat(changes.subList(0, firstFlush)).allMatch(c -> c instanceof Change.Zeroes);
    assertThat(changes.getFirst()).isEqualTo(new Change.Zeroes(0, 4096));
    int end = changes.size();
    assertThat(changes.get(end - 1)).isEqualTo(new Change.Flush());
    assertThat(changes.get(end - 2)).isInstanceOfSatisfying(Change.Write.class,
        w -> assertThat(w.offset()).isZero());
    assertThat(changes.get(end - 3)).isEqualTo(new Change.Flush());
    assertThat(changes.subList(0, end - 2))
        .noneMatch(c -> c instanceof Change.Write w && w.offset() == 0);
  }

  @Test
  void sameOptionsMakeTheSameVolume() {
    MemoryDevice one = new MemoryDevice(128 * MIB);
    MemoryDevice two = new MemoryDevice(128 * MIB);
    one.record();
    two.record();
    Formatter.format(one, OPTIONS);
    fill(two);
    two.record();
    Formatter.format(two, OPTIONS);
    assertThat(one.recorded()).usingRecursiveComparison().isEqualTo(two.recorded());
  }

  @ParameterizedTest
  @ValueSource(longs = {128 * MIB, 1L << 40, 1L << 48, 1L << 56, Long.MAX_VALUE - 4095, -4096})
  void anySizeFormatsAtOnceAndStaysSmall(long sizeBytes) {
    MemoryDevice device = new MemoryDevice(sizeBytes);
    Superblock made = Assertions.assertTimeout(Duration.ofSeconds(2),
        () -> Formatter.format(device, OPTIONS));
    assertThat(made.geometry().totalBlocks()).isEqualTo(sizeBytes >>> 12);
    assertThat(device.allocatedBytes()).isLessThan(MIB);
  }

  @Test
  void tooSmallADeviceIsRefused() {
    assertThatThrownBy(() -> Formatter.format(new MemoryDevice(127 * MIB), OPTIONS))
        .isInstanceOfSatisfying(FsException.class, e -> assertThat(e.error()).isEqualTo(FsError.INVALID))
        .hasMessageContaining("128 MiB");
  }

  @Test
  void nameMustFitTheSuperblock() {
    assertThatThrownBy(() -> new FormatOptions(new UUID(1, 2), new UUID(3, 4), "ä".repeat(33), 5, 6))
        .isInstanceOf(FsException.class);
  }
}
