package cfs.inode;

import cfs.tree.Cursor;

/** Answer of {@link ExtentMap#find}, owned and reused by the caller: what is at a file block, and for how many blocks. */
public final class Mapping {
  final Cursor cursor = new Cursor();
  long volumeBlock;
  long count;
  boolean allocated;
  boolean unwritten;

  /** First volume block; only if allocated. */
  public long volumeBlock() {
    return volumeBlock;
  }

  /** Blocks for which the answer holds. */
  public long count() {
    return count;
  }

  public boolean allocated() {
    return allocated;
  }

  /** Allocated, but reads as zeroes. */
  public boolean unwritten() {
    return allocated && unwritten;
  }

  /** Allocated and holding data. */
  public boolean written() {
    return allocated && !unwritten;
  }
}
