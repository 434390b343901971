package cfs.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cfs.error.CorruptionException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

class BTreeTest {
  private static final int MANY = 100_000;
  private static final int EXTENT_BYTES = 24;
  private static final int EXTENTS_PER_LEAF = (4032 - 16) / (12 + EXTENT_BYTES);

  /** Inserts many extents and returns the share of leaf space in use. */
  private static double fill(MemoryNodes nodes, LongUnaryOperator keys) {
    BTree tree = new BTree(nodes);
    for (int i = 0; i < MANY; i++) {
      nodes.begin();
      long key = keys.applyAsLong(i);
      tree.insert(key, TreeModel.payload(key, EXTENT_BYTES, 0));
    }
    List<Long> leaves = nodes.checkedLeafEntryCounts();
    assertThat(leaves.stream().mapToLong(Long::longValue).sum()).isEqualTo(MANY);
    Cursor cursor = new Cursor();
    for (int i = 0; i < MANY; i += 97) {
      assertThat(tree.find(keys.applyAsLong(i), cursor)).isTrue();
    }
    return (double) MANY / (leaves.size() * EXTENTS_PER_LEAF);
  }

  @Test
  void ascendingInsertsFillTheLeaves() {
    MemoryNodes nodes = new MemoryNodes(2560);
    assertThat(fill(nodes, i -> i * 8)).isGreaterThan(0.98);
    assertThat(new BTree(nodes).height()).isEqualTo(3);
  }

  @Test
  void descendingInsertsFillHalf() {
    assertThat(fill(new MemoryNodes(2560), i -> -1 - i)).isBetween(0.45, 1.0);
  }

  @Test
  void randomInsertsFillTwoThirds() {
    long[] keys = new Random(1).longs().distinct().limit(MANY).toArray();
    assertThat(fill(new MemoryNodes(2560), i -> keys[(int) i])).isBetween(0.6, 0.8);
  }

  @Test
  void deletingEverythingGivesAllNodesBack() {
    MemoryNodes nodes = new MemoryNodes(2560);
    fill(nodes, i -> i);
    BTree tree = new BTree(nodes);
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      order.add(i);
    }
    Collections.shuffle(order, new Random(1));
    for (int i : order) {
      nodes.begin();
      assertThat(tree.delete(i)).isTrue();
    }
    assertThat(nodes.images).isEmpty();
    assertThat(tree.height()).isEqualTo(1);
    assertThat(tree.isEmpty(new Cursor())).isTrue();
  }

  @Test
  void emptyBranchThatCannotBeFreedIsSkippedAndReused() {
    TreeModel model = new TreeModel(BTree.ROOT_BYTES_MIN);
    for (long key = 0; key < 2000; key++) {
      model.put(key * 10, TreeModel.payload(key, 1000, 0));
    }
    assertThat(model.tree.height()).isGreaterThan(2);
    // Leaves can go, interior nodes stay behind without children.
    List<Long> refused = new ArrayList<>();
    model.nodes.mayFree = block -> {
      boolean leaf = Page.level(model.nodes.images.get(block), 64) == 0;
      if (!leaf) {
        refused.add(block);
      }
      return leaf;
    };
    for (long key = 100; key < 1900; key++) {
      model.delete(key * 10);
    }
    assertThat(refused).isNotEmpty();
    model.checkAll();
    model.checkLookups(9_000);
    int nodes = model.nodes.images.size();
    model.put(9_000, new byte[1100]);
    model.checkAll();
    assertThat(model.nodes.images).as("a leaf under the empty interior node").hasSize(nodes + 1);
  }

  @Test
  void scanStopsWhenTheCallbackHasEnough() {
    TreeModel model = new TreeModel(BTree.ROOT_BYTES_MIN);
    for (long key = 0; key < 100; key++) {
      model.put(key, new byte[100]);
    }
    List<Long> keys = new ArrayList<>();
    model.tree.scan(50, model.cursor, cursor -> keys.add(cursor.key()) && keys.size() < 3);
    assertThat(keys).containsExactly(50L, 51L, 52L);
  }

  @Test
  void cursorIsUselessAfterAChange() {
    TreeModel model = new TreeModel(BTree.ROOT_BYTES_MIN);
    model.put(1, new byte[1]);
    model.put(2, new byte[1]);
    assertThat(model.tree.find(1, model.cursor)).isTrue();
    model.put(3, new byte[1]);
    assertThatThrownBy(() -> model.tree.next(model.cursor)).hasMessageContaining("unchanged tree");
  }

  @Test
  void misuseIsRefusedBeforeAnyChange() {
    TreeModel model = new TreeModel(BTree.ROOT_BYTES_MIN);
    model.put(1, new byte[1]);
    model.nodes.begin();
    assertThatThrownBy(() -> model.tree.insert(1, new byte[1])).hasMessageContaining("inserted key is new");
    assertThatThrownBy(() -> model.tree.replace(2, new byte[1])).hasMessageContaining("replaced key exists");
    assertThatThrownBy(() -> model.tree.insert(2, new byte[1101])).hasMessageContaining("payload bytes");
    model.checkAll();
  }

  @Test
  void lookupsNameTheDamagedBlock() {
    TreeModel model = new TreeModel(BTree.ROOT_BYTES_MIN);
    for (long key = 0; key < 20; key++) {
      model.put(key, new byte[1000]);
    }
    long block = model.nodes.images.keySet().stream().min(Long::compare).orElseThrow();
    model.nodes.images.put(block, MemorySegment.ofArray(new long[512]));
    assertThatThrownBy(() -> model.tree.scan(0, model.cursor, cursor -> true)).isInstanceOfSatisfying(
        CorruptionException.class, e -> assertThat(e.block()).isEqualTo(block));
  }

  @Test
  void checkGoesOnAroundUnreadableBlocksAndObeysTheVisitor() {
    TreeModel model = new TreeModel(BTree.ROOT_BYTES_MIN);
    for (long key = 0; key < 20; key++) {
      model.put(key, new byte[1000]);
    }
    List<Long> blocks = new ArrayList<>();
    List<Long> keys = new ArrayList<>();
    Visitor visitor = new Visitor() {
      @Override
      public boolean node(long block, int level) {
        blocks.add(block);
        return blocks.size() != 2;
      }

      @Override
      public void entry(long key, MemorySegment segment, long payloadOffset, int payloadLength) {
        assertThat(payloadLength).isEqualTo(1000);
        keys.add(key);
      }
    };
    long lost = model.nodes.images.keySet().stream().min(Long::compare).orElseThrow();
    model.nodes.images.remove(lost);
    assertThat(BTree.verify(model.nodes, visitor)).singleElement().asString()
        .startsWith("block " + lost + ": unreadable");
    assertThat(blocks).hasSize(model.nodes.images.size() + 1);
    assertThat(keys).as("three keys in each of the two leaves left out").hasSize(14).isSorted();
  }
}
