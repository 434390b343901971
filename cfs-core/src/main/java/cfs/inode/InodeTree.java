package cfs.inode;

import cfs.alloc.Group;
import cfs.error.CorruptionException;
import cfs.error.Invariant;
import cfs.format.BlockHeader;
import cfs.format.BlockType;
import cfs.journal.MetaBlock;
import cfs.tree.BTree;
import cfs.tree.NodeStore;
import cfs.tree.Page;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** One of the trees rooted in an inode block. Reading needs the inode's shared locks, changing its exclusive ones. */
final class InodeTree implements NodeStore {
  private final Inode inode;
  private final long rootOffset;
  private final int rootLength;
  private @Nullable Edit edit;

  InodeTree(Inode inode, long rootOffset, int rootLength) {
    this.inode = inode;
    this.rootOffset = rootOffset;
    this.rootLength = rootLength;
  }

  /** Changes until {@link #done} belong to this edit. */
  void during(Edit change) {
    edit = change;
  }

  void done() {
    edit = null;
  }

  @Override
  public MemorySegment root() {
    return inode.image();
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
    return inode.number();
  }

  @Override
  public void modifyRoot() {
    inode.change(edit().tx());
  }

  @Override
  public MemorySegment read(long block) {
    MetaBlock cached = inode.blocks().cached(block);
    if (cached != null) {
      return cached.image();
    }
    MetaBlock read = inode.blocks().get(block, BlockType.TREE_NODE);
    String complaint = Page.verify(read.image(), BTree.NODE_PAGE_OFFSET, BTree.NODE_PAGE_BYTES);
    if (complaint != null) {
      inode.blocks().forget(read);
      throw new CorruptionException(block, "a tree node of inode " + inode.number(), complaint);
    }
    return read.image();
  }

  @Override
  public MemorySegment modify(long block) {
    MetaBlock node = inode.blocks().cached(block);
    if (node == null) {
      throw new IllegalStateException("tree node " + block + " is changed before it is read");
    }
    edit().tx().change(inode.blocks(), node);
    return node.image();
  }

  @Override
  public long allocate() {
    Edit e = edit();
    long block = e.group().newMetadata(inode.number());
    long version = e.group().takeMetadata(e.tx(), block);
    inode.blocks().create(e.tx(), block, BlockType.TREE_NODE, version, inode.epoch());
    inode.addBlocks(e.tx(), 1);
    return block;
  }

  @Override
  public boolean free(long block) {
    Edit e = edit();
    for (Group g : e.freeable()) {
      if (g.contains(block)) {
        MetaBlock node = inode.blocks().get(block, BlockType.TREE_NODE);
        long version = BlockHeader.version(node.image());
        inode.blocks().freed(e.tx(), node);
        g.freeMetadata(e.tx(), block, version);
        inode.addBlocks(e.tx(), -1);
        return true;
      }
    }
    return false;
  }

  private Edit edit() {
    Edit e = edit;
    Invariant.check(e != null, "a tree is changed outside of an edit");
    return java.util.Objects.requireNonNull(e);
  }
}
