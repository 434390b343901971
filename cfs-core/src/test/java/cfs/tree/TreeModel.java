package cfs.tree;

import static org.assertj.core.api.Assertions.assertThat;

import cfs.error.FsException;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** A tree and the map it must equal; every change is done to both and its side effects on the store are checked. */
final class TreeModel {
  final MemoryNodes nodes;
  final BTree tree;
  final TreeMap<Long, byte[]> map = new TreeMap<>(Long::compareUnsigned);
  final Cursor cursor = new Cursor();
  int refusedForSpace;

  TreeModel(int rootLength) {
    nodes = new MemoryNodes(rootLength);
    tree = new BTree(nodes);
  }

  static byte[] payload(long key, int length, int salt) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (key + salt + i * 31L);
    }
    return bytes;
  }

  /** Insert or replace. */
  void put(long key, byte[] payload) {
    nodes.begin();
    int height = tree.height();
    int before = nodes.images.size();
    try {
      if (map.containsKey(key)) {
        tree.replace(key, payload);
      } else {
        tree.insert(key, payload);
      }
      map.put(key, payload);
      assertThat(nodes.allocated).isLessThanOrEqualTo(BTree.maxNewNodes(height));
      assertThat(nodes.images.size() - before).isEqualTo(nodes.allocated);
    } catch (FsException full) {
      refusedForSpace++;
      assertThat(nodes.allocationsLeft).isZero();
      assertThat(nodes.modified).as("a refused change changes nothing").isEmpty();
    }
  }

  void delete(long key) {
    nodes.begin();
    assertThat(tree.delete(key)).isEqualTo(map.remove(key) != null);
  }

  void checkLookups(long key) {
    nodes.begin();
    requireEntry(tree.find(key, cursor), map.containsKey(key) ? Map.entry(key, map.get(key)) : null);
    requireEntry(tree.floor(key, cursor), map.floorEntry(key));
    if (cursor.positioned()) {
      requireEntry(tree.previous(cursor), map.lowerEntry(map.floorKey(key)));
    }
    requireEntry(tree.ceiling(key, cursor), map.ceilingEntry(key));
    if (cursor.positioned()) {
      requireEntry(tree.next(cursor), map.higherEntry(map.ceilingKey(key)));
    }
  }

  private void requireEntry(boolean found, Map.Entry<Long, byte[]> expected) {
    assertThat(found).isEqualTo(expected != null);
    assertThat(cursor.positioned()).isEqualTo(found);
    if (expected != null) {
      assertThat(cursor.key()).isEqualTo(expected.getKey());
      assertThat(Arrays.equals(cursor.payload(), expected.getValue())).isTrue();
    }
  }

  void checkAll() {
    nodes.checkedLeafEntryCounts();
    nodes.begin();
    var expected = map.entrySet().iterator();
    tree.scan(0, cursor, at -> {
      requireEntry(true, expected.next());
      return true;
    });
    assertThat(expected.hasNext()).isFalse();
    var backwards = map.descendingMap().entrySet().iterator();
    for (boolean more = tree.floor(-1, cursor); more; more = tree.previous(cursor)) {
      requireEntry(true, backwards.next());
    }
    assertThat(backwards.hasNext()).isFalse();
    assertThat(tree.isEmpty(cursor)).isEqualTo(map.isEmpty());
  }
}
