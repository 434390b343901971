package cfs.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Every size and offset on a LUN, by number. A change here is a new format version. */
class LayoutTest {
  @Test
  void areas() {
    assertThat(LunLayout.AREA_BYTES).isEqualTo(1048576);
    assertThat(LunLayout.DATA_START).isEqualTo(1048576);
    assertThat(LunLayout.LUN_BYTES_MIN).isEqualTo(67108864);
    assertThat(LunLayout.LABEL_BYTES).isEqualTo(4096);
    assertThat(LunLayout.slotOffset(0)).isEqualTo(262144);
    assertThat(LunLayout.slotOffset(1)).isEqualTo(524288);
    assertThat(LunLayout.SLOT_BYTES).isEqualTo(262144);
    assertThat(LunLayout.MARK_BYTES).isEqualTo(4096);
    assertThat(LunLayout.BODY_BYTES_MAX).isEqualTo(258048);
    assertThat(LunLayout.tailStart(64L << 20)).isEqualTo(66060288);
    assertThat(LunLayout.tailStart((64L << 20) + 512)).isEqualTo(66060288);
    assertThat(LunLayout.tailStart((65L << 20) - 512)).isEqualTo(66060288);
  }

  @Test
  void label() {
    assertThat(Label.LAYOUT.byteSize()).isEqualTo(4096);
    assertOffsets(Label.LAYOUT, List.of("magic", "version", "crc", "cluster", "group", "lun", "lineage",
        "sizeBytes", "areaStart", "lunIndex", "lunCount", "reserved"), 0, 8, 12, 16, 32, 48, 64, 72, 80, 88,
        92,
        96);
  }

  @Test
  void catalogHeader() {
    assertThat(CatalogBody.HEADER.byteSize()).isEqualTo(160);
    assertOffsets(CatalogBody.HEADER, List.of("magic", "version", "crc", "generation", "lengthBytes",
        "memberCount", "cluster", "group", "volume", "segmentCount", "nameBytes", "name", "reserved"), 0, 8,
        12,
        16, 24, 28, 32, 48, 64, 80, 84, 88, 152);
  }

  @Test
  void memberSegmentAndExtent() {
    assertThat(Member.LAYOUT.byteSize()).isEqualTo(32);
    assertOffsets(Member.LAYOUT, List.of("lun", "lineage", "sizeBytes"), 0, 16, 24);
    assertThat(SegmentRecord.LAYOUT.byteSize()).isEqualTo(16);
    assertOffsets(SegmentRecord.LAYOUT, List.of("kind", "stripeUnitBytes", "columnCount", "reserved"), 0, 4,
        8,
        12);
    assertThat(SegmentKind.LINEAR.code()).isEqualTo(1);
    assertThat(SegmentKind.STRIPE.code()).isEqualTo(2);
    assertThat(Extent.LAYOUT.byteSize()).isEqualTo(32);
    assertOffsets(Extent.LAYOUT, List.of("lun", "start", "length"), 0, 16, 24);
  }

  /** Within one 512-byte sector, or a torn write could leave half a mark. */
  @Test
  void commitMark() {
    assertThat(CommitMark.LAYOUT.byteSize()).isEqualTo(48);
    assertOffsets(CommitMark.LAYOUT, List.of("magic", "version", "crc", "generation", "bodyCrc", "reserved",
        "group"), 0, 8, 12, 16, 24, 28, 32);
  }

  @Test
  void magicsAreReadableInADump() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment block = arena.allocate(4096);
      TestGroup.label(0, 1).write(block, 0);
      assertThat(block.asSlice(0, 8).toArray(ValueLayout.JAVA_BYTE)).asString().isEqualTo("CFSLUN01");
      // Computed by another program: the algorithm and the bytes it covers are part of the format.
      assertThat(block.get(Records.INT, 12)).isEqualTo(GOLDEN_LABEL_CRC);
      assertThat(block.get(Records.LONG, 64)).isEqualTo(70);
      block.fill((byte) 0);
      CatalogBody.write(TestGroup.firstCatalog(1), block);
      assertThat(block.asSlice(0, 8).toArray(ValueLayout.JAVA_BYTE)).asString().isEqualTo("CFSCATLG");
      block.fill((byte) 0);
      new CommitMark(1, 2, new UUID(3, 4)).write(block);
      assertThat(block.asSlice(0, 8).toArray(ValueLayout.JAVA_BYTE)).asString().isEqualTo("CFSCOMIT");
    }
  }

  private static final int GOLDEN_LABEL_CRC = 1469590432;

  private static void assertOffsets(GroupLayout record, List<String> fields, long... offsets) {
    assertThat(fields.stream().mapToLong(field -> Records.offset(record, field)).toArray())
        .isEqualTo(offsets);
  }
}
