package cfs.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class PageTest {
  private static final MemorySegment EIGHT = MemorySegment
      .ofArray(HexFormat.of().parseHex("1122334455667788"));

  private final byte[] bytes = new byte[80];
  private final MemorySegment seg = MemorySegment.ofArray(bytes);

  private String hex(int from, int to) {
    return HexFormat.of().formatHex(bytes, from, to);
  }

  @Test
  void formatIsAsSpecifiedByteForByte() {
    Page.format(seg, 8, 64, 3);
    Page.insert(seg, 8, 0, 0x0102030405060708L, EIGHT, 0, 8);
    Page.insert(seg, 8, 1, -1, EIGHT, 0, 8);
    assertThat(hex(0, 8)).isEqualTo("00".repeat(8));
    assertThat(hex(8, 24)).isEqualTo("4254" + "03" + "00" + "0200" + "3000" + "0000" + "4000" + "00000000");
    assertThat(hex(24, 36)).isEqualTo("0807060504030201" + "3800" + "0800");
    assertThat(hex(36, 48)).isEqualTo("ffffffffffffffff" + "3000" + "0800");
    assertThat(hex(56, 72)).isEqualTo("1122334455667788".repeat(2));
    assertThat(hex(72, 80)).isEqualTo("00".repeat(8));
    Page.remove(seg, 8, 0);
    assertThat(hex(8, 24)).isEqualTo("4254" + "03" + "00" + "0100" + "3000" + "0800" + "4000" + "00000000");
    assertThat(Page.verify(seg, 8, 64)).isNull();
  }

  @Test
  void offsetsAreTheSpecifiedNumbers() {
    assertThat(new int[]{Page.MAGIC_AT, Page.LEVEL_AT, Page.FLAGS_AT, Page.COUNT_AT, Page.HEAP_START_AT,
        Page.GARBAGE_AT, Page.LENGTH_AT, Page.RESERVED_AT, Page.HEADER_BYTES}).containsExactly(0, 2, 3, 4, 6,
            8, 10, 12,
            16);
    assertThat(new int[]{Page.OFFSET_IN_ENTRY, Page.LENGTH_IN_ENTRY, Page.ENTRY_BYTES, Page.CHILD_BYTES})
        .containsExactly(8, 10, 12, 8);
    assertThat(new int[]{Page.MAGIC, Page.LEVEL_MAX, Page.PAYLOAD_BYTES_MAX}).containsExactly(0x5442, 15,
        1100);
    assertThat(new int[]{BTree.NODE_PAGE_OFFSET, BTree.NODE_PAGE_BYTES, BTree.ROOT_BYTES_MIN})
        .containsExactly(64,
            4032, 256);
  }

  @Test
  void keysAreComparedUnsigned() {
    Page.format(seg, 0, 80, 0);
    Page.insert(seg, 0, 0, 5, EIGHT, 0, 0);
    Page.insert(seg, 0, 1, -5, EIGHT, 0, 0);
    assertThat(Page.search(seg, 0, -5)).isEqualTo(1);
    assertThat(Page.search(seg, 0, Long.MIN_VALUE)).isEqualTo(-2);
    assertThat(Page.search(seg, 0, -1)).isEqualTo(-3);
    assertThat(Page.verify(seg, 0, 80)).isNull();
  }

  @Test
  void fragmentedPageIsCompactedWhenSpaceRunsOut() {
    Page.format(seg, 0, 80, 0);
    Page.insert(seg, 0, 0, 1, EIGHT, 0, 8);
    Page.insert(seg, 0, 1, 2, EIGHT, 0, 8);
    Page.remove(seg, 0, 0);
    Page.replace(seg, 0, 0, EIGHT, 2, 3);
    byte[] wide = HexFormat.of().parseHex("aa".repeat(25));
    assertThat(Page.freeBytes(seg, 0)).isEqualTo(49);
    Page.insert(seg, 0, 1, 3, MemorySegment.ofArray(wide), 0, 25);
    assertThat(Page.freeBytes(seg, 0)).isEqualTo(12);
    assertThat(Page.verify(seg, 0, 80)).isNull();
    assertThat(Page.payloadOffset(seg, 0, 0)).isEqualTo(77);
    assertThat(hex(77, 80)).isEqualTo("334455");
    assertThat(hex(52, 77)).isEqualTo("aa".repeat(25));
    assertThatThrownBy(() -> Page.insert(seg, 0, 2, 4, EIGHT, 0, 1))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void dumpShowsChildrenAndNamesDamage() {
    Page.format(seg, 0, 80, 1);
    Page.insert(seg, 0, 0, -1, MemorySegment.ofArray(new long[]{42}), 0, 8);
    assertThat(Page.dump(seg, 0, 80)).contains("level 1 count 1", "key 18446744073709551615", "-> block 42")
        .doesNotContain("damaged");
    bytes[3] = 1;
    assertThat(Page.dump(seg, 0, 80)).contains("damaged: reserved bytes");
    assertThat(Page.verify(seg, 8, 80)).contains("outside of its block");
  }
}
