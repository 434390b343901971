package cfs.tree;

import cfs.error.Invariant;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * A position in a tree, owned and reused by its caller, so that lookups allocate nothing. Not shared between threads.
 * A change of the tree invalidates it: look up again before going on. Holds images, so keep it no longer than the lock.
 */
public final class Cursor {
  /** The path from the root (index rootLevel) to the leaf (index 0). */
  private final @Nullable MemorySegment[] pages = new @Nullable MemorySegment[Page.LEVEL_MAX + 1];
  private final long[] bases = new long[Page.LEVEL_MAX + 1];
  private final long[] blocks = new long[Page.LEVEL_MAX + 1];
  private final int[] indexes = new int[Page.LEVEL_MAX + 1];
  int rootLevel;

  private @Nullable BTree tree;
  private long changes;
  private long key;
  private long payloadOffset;
  private int payloadLength;

  /** Whether there is an entry under the cursor. */
  public boolean positioned() {
    return tree != null;
  }

  /** Key of the entry, unsigned. */
  public long key() {
    requirePosition();
    return key;
  }

  /** The block image that holds the payload. Not to be written: use replace. */
  public MemorySegment segment() {
    requirePosition();
    return page(0);
  }

  /** First byte of the payload in {@link #segment()}. */
  public long payloadOffset() {
    requirePosition();
    return payloadOffset;
  }

  /** Bytes of the payload. */
  public int payloadLength() {
    requirePosition();
    return payloadLength;
  }

  /** A copy of the payload. */
  public byte[] payload() {
    byte[] copy = new byte[payloadLength()];
    MemorySegment.copy(page(0), ValueLayout.JAVA_BYTE, payloadOffset, copy, 0, copy.length);
    return copy;
  }

  private void requirePosition() {
    Invariant.check(tree != null, "the cursor is at an entry");
  }

  MemorySegment page(int level) {
    MemorySegment page = pages[level];
    if (page == null) {
      throw new IllegalStateException("invariant violated: no page at level " + level);
    }
    return page;
  }

  long base(int level) {
    return bases[level];
  }

  long block(int level) {
    return blocks[level];
  }

  int index(int level) {
    return indexes[level];
  }

  void index(int level, int index) {
    indexes[level] = index;
  }

  int count(int level) {
    return Page.count(page(level), bases[level]);
  }

  void enter(int level, MemorySegment page, long base, long block) {
    pages[level] = page;
    bases[level] = base;
    blocks[level] = block;
  }

  void leave() {
    tree = null;
  }

  void land(BTree owner, long ownerChanges, long entryKey, long offset, int length) {
    tree = owner;
    changes = ownerChanges;
    key = entryKey;
    payloadOffset = offset;
    payloadLength = length;
  }

  boolean isCurrent(BTree owner, long ownerChanges) {
    return tree == owner && changes == ownerChanges;
  }
}
