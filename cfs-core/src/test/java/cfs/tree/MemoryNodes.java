package cfs.tree;

import static org.assertj.core.api.Assertions.assertThat;

import cfs.error.CorruptionException;
import cfs.error.FsError;
import cfs.error.FsException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;

/**
 * A strict store: images are read-only until modified in the running operation, modify moves to another image, a freed
 * image becomes rubbish at once, and every header byte must survive.
 */
final class MemoryNodes implements NodeStore {
  static final long ROOT_BLOCK = 7;
  private static final byte HEADER = (byte) 0xA5;
  private static final byte RUBBISH = (byte) 0xDB;

  final Map<Long, MemorySegment> images = new HashMap<>();
  final Set<Long> modified = new HashSet<>();
  LongPredicate mayFree = block -> true;
  int allocationsLeft = Integer.MAX_VALUE;
  int allocated;
  private final int rootOffset;
  private final int rootLength;
  private MemorySegment root = image();
  private boolean rootModified = true;
  private long nextBlock = 100;

  MemoryNodes(int rootLength) {
    this.rootLength = rootLength;
    this.rootOffset = 4096 - rootLength;
    BTree.format(root, rootOffset, rootLength);
  }

  private static MemorySegment image() {
    MemorySegment image = MemorySegment.ofArray(new long[512]);
    image.fill(HEADER);
    return image;
  }

  private static MemorySegment copy(MemorySegment image) {
    return MemorySegment.ofArray(new long[512]).copyFrom(image);
  }

  void begin() {
    modified.clear();
    rootModified = false;
    allocated = 0;
  }

  @Override
  public MemorySegment root() {
    return rootModified ? root : root.asReadOnly();
  }

  @Override
  public long rootOffset() {
    return rootOffset;
  }

  @Override
  public int rootLength() {
    return rootLength;
  }

  @Override
  public long rootBlock() {
    return ROOT_BLOCK;
  }

  @Override
  public void modifyRoot() {
    assertThat(rootModified).as("modifyRoot only once").isFalse();
    root = copy(root);
    rootModified = true;
  }

  @Override
  public MemorySegment read(long block) {
    MemorySegment image = images.get(block);
    if (image == null) {
      throw new CorruptionException(block, "a node", "nothing");
    }
    return modified.contains(block) ? image : image.asReadOnly();
  }

  @Override
  public MemorySegment modify(long block) {
    assertThat(images).containsKey(block);
    if (modified.add(block)) {
      images.put(block, copy(images.get(block)));
    }
    return images.get(block);
  }

  @Override
  public long allocate() {
    assertThat(rootModified || !modified.isEmpty()).as("allocates before the first change").isFalse();
    if (allocationsLeft == 0) {
      throw new FsException(FsError.NO_SPACE);
    }
    allocationsLeft--;
    allocated++;
    images.put(nextBlock, image());
    return nextBlock++;
  }

  @Override
  public boolean free(long block) {
    assertThat(images).as("free of a block in use").containsKey(block);
    if (!mayFree.test(block)) {
      return false;
    }
    MemorySegment gone = images.remove(block);
    if (modified.contains(block)) {
      gone.fill(RUBBISH);
    }
    return true;
  }

  /** No complaint, every block of the store reached exactly once, foreign bytes as they were. */
  List<Long> checkedLeafEntryCounts() {
    Set<Long> seen = new HashSet<>();
    List<Long> leaves = new ArrayList<>();
    assertThat(BTree.verify(this, new Visitor() {
      @Override
      public boolean node(long block, int level) {
        assertThat(seen.add(block)).isTrue();
        if (level == 0) {
          leaves.add((long) Page.count(images.get(block), BTree.NODE_PAGE_OFFSET));
        }
        return true;
      }

      @Override
      public void entry(long key, MemorySegment segment, long payloadOffset, int payloadLength) {}
    })).isEmpty();
    assertThat(seen).as("no node leaked, none freed in use").isEqualTo(images.keySet());
    for (MemorySegment image : images.values()) {
      requireForeign(image, BTree.NODE_PAGE_OFFSET);
    }
    requireForeign(root, rootOffset);
    return leaves;
  }

  private static void requireForeign(MemorySegment image, int end) {
    for (int i = 0; i < end; i++) {
      assertThat(image.get(ValueLayout.JAVA_BYTE, i)).isEqualTo(HEADER);
    }
  }
}
