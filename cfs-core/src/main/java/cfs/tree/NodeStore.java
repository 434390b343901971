package cfs.tree;

import java.lang.foreign.MemorySegment;

/**
 * Where one tree keeps its root page and its node blocks; implemented by the inode layer for the length of a lock.
 * Images are heap segments. An image that read or modify returned stays readable until the operation ends.
 */
public interface NodeStore {
  /** Image of the block that holds the root page; after {@link #modifyRoot()} the writable one. */
  MemorySegment root();

  /** First byte of the root page in {@link #root()}. */
  long rootOffset();

  /** Bytes of the root page, {@link BTree#ROOT_BYTES_MIN} to {@link BTree#NODE_PAGE_BYTES}. */
  int rootLength();

  /** Block number of the block that holds the root page: for complaints, and no child may point to it. */
  long rootBlock();

  /** Called before the first change of the root in an operation. */
  void modifyRoot();

  /**
   * The 4096-byte image of a node block, its header checked. When the image comes from the LUN, {@link Page#verify} has
   * passed too: the tree repeats only the cheap part of it. The same holds for the root.
   *
   * @throws cfs.error.CorruptionException when the block is not a node of this tree or cannot exist
   */
  MemorySegment read(long block);

  /**
   * The writable image of a node block that was read or allocated in this operation; later reads return the same. Must
   * not fail: the tree is half changed when it is called. Calling it twice does nothing more.
   */
  MemorySegment modify(long block);

  /**
   * A new node block, to be filled after {@link #modify}. Called only before the first change of an operation, hence
   * may fail with NO_SPACE without harm.
   */
  long allocate();

  /** Frees a node block that is about to be unlinked; false when that is impossible now, then it stays linked, empty. */
  boolean free(long block);
}
