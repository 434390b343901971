package cfs.tree;

import static org.assertj.core.api.Assertions.assertThat;

import cfs.error.CorruptionException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Checks must answer on any bytes: with a complaint, never with an exception or an endless walk. */
class DamageProperties {
  private static TreeModel grown(long seed) {
    Random random = new Random(seed);
    TreeModel model = new TreeModel(BTree.ROOT_BYTES_MIN);
    for (int i = 0; i < 400; i++) {
      model.put(random.nextInt(1000), TreeModel.payload(i, random.nextInt(800), 0));
    }
    model.nodes.begin();
    return model;
  }

  private static void flip(MemorySegment image, long bit) {
    byte old = image.get(ValueLayout.JAVA_BYTE, bit / 8);
    image.set(ValueLayout.JAVA_BYTE, bit / 8, (byte) (old ^ 1 << bit % 8));
  }

  /** Lookups on damage end, with an answer or a CorruptionException. */
  private static void lookAround(TreeModel model) {
    for (long key = 0; key < 1000; key += 111) {
      try {
        model.tree.find(key, model.cursor);
        model.tree.floor(key, model.cursor);
        model.tree.scan(key, model.cursor, cursor -> cursor.payload().length <= 1100);
      } catch (CorruptionException expected) {
        assertThat(expected.getMessage()).startsWith("block ");
      }
    }
  }

  @Property(tries = 2000)
  void pageCheckSurvivesRandomBytes(@ForAll @Size(max = 300) byte[] bytes,
      @ForAll @IntRange(min = -5, max = 310) int base,
      @ForAll @IntRange(min = -5, max = 310) int length) {
    MemorySegment seg = MemorySegment.ofArray(bytes);
    assertThat(Page.verify(seg, base, length)).as("random bytes are no page").isNotNull();
    assertThat(Page.dump(seg, base, length)).isNotEmpty();
  }

  /** Random bytes behind a header that passes get deeper than pure noise. */
  @Property(tries = 3000)
  void pageCheckSurvivesRandomIndexes(@ForAll long seed, @ForAll @IntRange(max = 20) int count) {
    Random random = new Random(seed);
    byte[] bytes = new byte[512];
    random.nextBytes(bytes);
    MemorySegment seg = MemorySegment.ofArray(bytes);
    MemorySegment header = MemorySegment.ofArray(new byte[512]);
    Page.format(header, 0, 512, random.nextInt(2));
    MemorySegment.copy(header, 0, seg, 0, Page.HEADER_BYTES);
    seg.set(ValueLayout.JAVA_SHORT_UNALIGNED, Page.COUNT_AT, (short) count);
    seg.set(ValueLayout.JAVA_SHORT_UNALIGNED, Page.HEAP_START_AT, (short) random.nextInt(300, 520));
    seg.set(ValueLayout.JAVA_SHORT_UNALIGNED, Page.GARBAGE_AT, (short) random.nextInt(200));
    Page.search(seg, 0, random.nextLong());
    String complaint = Page.verify(seg, 0, 512);
    assertThat(Page.dump(seg, 0, 512)).contains(complaint == null ? "magic" : complaint);
  }

  @Property(tries = 1000)
  void everyFlippedHeaderOrSlotBitOfAPageIsNoticed(@ForAll @IntRange(min = 1, max = 100) int entries,
      @ForAll long bits) {
    MemorySegment seg = MemorySegment.ofArray(new byte[4032]);
    Page.format(seg, 0, 4032, 0);
    for (int i = 0; i < entries; i++) {
      Page.insert(seg, 0, i, i * 2L, seg.asReadOnly(), 0, 20);
    }
    // Header bytes, and the offset and length of one entry; keys may change within the order unnoticed.
    int header = 8 * Page.HEADER_BYTES;
    long bit = Math.floorMod(bits, header + 32);
    long at = bit < header ? bit : header + (entries - 1) * 96L + 64 + bit - header;
    flip(seg, at);
    assertThat(Page.verify(seg, 0, 4032)).as("bit %d", at).isNotNull();
  }

  @Property(tries = 300)
  void treeCheckSurvivesBitFlips(@ForAll @IntRange(max = 7) int seed,
      @ForAll @Size(min = 1, max = 8) List<Long> flips) {
    TreeModel model = grown(seed);
    List<Long> blocks = new ArrayList<>(model.nodes.images.keySet());
    for (long flip : flips) {
      int which = (int) Math.floorMod(flip, blocks.size() + 1L);
      long bit = Math.floorMod(flip >>> 20, 200 * 8L) + 64 * 8;
      if (which == blocks.size()) {
        model.nodes.begin();
        model.nodes.modifyRoot();
        flip(model.nodes.root(), (4096 - 256) * 8L + Math.floorMod(flip >>> 20, 256 * 8L));
      } else {
        flip(model.nodes.images.get(blocks.get(which)), bit);
      }
    }
    BTree.verify(model.nodes, Visitor.NONE);
    lookAround(model);
  }

  @Property(tries = 100)
  void treeCheckNoticesRandomBlocks(@ForAll @IntRange(max = 7) int seed, @ForAll long which) {
    TreeModel model = grown(seed);
    List<Long> blocks = new ArrayList<>(model.nodes.images.keySet());
    long block = blocks.get((int) Math.floorMod(which, (long) blocks.size()));
    byte[] bytes = new byte[4096];
    new Random(which).nextBytes(bytes);
    model.nodes.images.put(block, MemorySegment.ofArray(bytes));
    assertThat(BTree.verify(model.nodes, Visitor.NONE)).hasSize(1).first().asString()
        .startsWith("block " + block + ":");
    lookAround(model);
  }

  /** Sound pages in wrong places: what a misplaced write or a bug would leave. */
  @Property(tries = 300)
  void treeCheckNoticesSwappedBlocks(@ForAll @IntRange(max = 7) int seed, @ForAll long which) {
    TreeModel model = grown(seed);
    List<Long> blocks = new ArrayList<>(model.nodes.images.keySet());
    long to = blocks.get((int) Math.floorMod(which, (long) blocks.size()));
    long from = blocks.get((int) Math.floorMod(which >>> 32, (long) blocks.size()));
    MemorySegment image = MemorySegment.ofArray(new long[512]).copyFrom(model.nodes.images.get(from));
    model.nodes.images.put(to, image);
    assertThat(BTree.verify(model.nodes, Visitor.NONE).isEmpty()).isEqualTo(from == to);
    lookAround(model);
  }

  /** Every child pointer goes to the same few blocks: levels keep lookups finite, the visited set keeps the check short. */
  @Property(tries = 50)
  void cyclesAndSharedChildrenAreNoticed(@ForAll @IntRange(max = 7) int seed, @ForAll boolean toRoot) {
    TreeModel model = grown(seed);
    model.nodes.begin();
    model.nodes.modifyRoot();
    MemorySegment root = model.nodes.root();
    long base = model.nodes.rootOffset();
    long target = toRoot ? MemoryNodes.ROOT_BLOCK : Page.child(root, base, 0);
    int children = Page.count(root, base);
    for (int i = 0; i < children; i++) {
      Page.replace(root, base, i, MemorySegment.ofArray(new long[]{target}), 0, 8);
    }
    assertThat(BTree.verify(model.nodes, Visitor.NONE)).hasSize(toRoot ? children : children - 1)
        .allMatch(complaint -> complaint.contains("occurs twice"));
    lookAround(model);
  }
}
