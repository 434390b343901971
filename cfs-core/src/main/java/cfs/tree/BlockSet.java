package cfs.tree;

import java.util.Arrays;

/** A set of block numbers in open addressing: a tree of millions of nodes costs 16 bytes each, not a boxed Long. */
final class BlockSet {
  /** Never a node: block 0 holds the superblock. */
  private static final long FREE = 0;

  private final int countMax;
  private long[] slots = new long[64];
  private int count;

  /** @param countMax add refuses beyond this many */
  BlockSet(int countMax) {
    this.countMax = countMax;
  }

  boolean isFull() {
    return count >= countMax;
  }

  /** False when the set has it already. Block 0 counts as known, since it can never be a node. */
  boolean add(long block) {
    if (block == FREE) {
      return false;
    }
    if (count * 2 >= slots.length) {
      grow();
    }
    return put(block);
  }

  private boolean put(long block) {
    int mask = slots.length - 1;
    int at = (int) ((block * 0x9E3779B97F4A7C15L) >>> 32) & mask;
    while (slots[at] != FREE) {
      if (slots[at] == block) {
        return false;
      }
      at = (at + 1) & mask;
    }
    slots[at] = block;
    count++;
    return true;
  }

  private void grow() {
    long[] old = slots;
    slots = new long[old.length * 2];
    count = 0;
    Arrays.stream(old).filter(block -> block != FREE).forEach(this::put);
  }
}
