package cfs.tree;

import java.lang.foreign.MemorySegment;

/** Sees everything that {@link BTree#verify} reaches: for fsck, and for giving back all blocks of a tree. */
public interface Visitor {
  /** Looks at nothing. */
  Visitor NONE = new Visitor() {
    @Override
    public boolean node(long block, int level) {
      return true;
    }

    @Override
    public void entry(long key, MemorySegment segment, long payloadOffset, int payloadLength) {}
  };

  /**
   * A node block, each once and never the root, before it is read: its content may turn out damaged.
   *
   * @return false to leave out the node and all below it
   */
  boolean node(long block, int level);

  /** An entry of a sound leaf; keys ascend when the tree has no complaint. */
  void entry(long key, MemorySegment segment, long payloadOffset, int payloadLength);
}
