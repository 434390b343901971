package cfs.inode;

import cfs.alloc.Allocator;
import cfs.alloc.Group;
import cfs.alloc.Run;
import cfs.error.Invariant;
import cfs.format.BlockHeader;
import cfs.format.BlockType;
import cfs.format.InodeRecord;
import cfs.journal.BlockStore;
import cfs.journal.Journal;
import cfs.tree.BTree;
import cfs.tree.Visitor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Gives the blocks of inodes back: ranges of a living file, or everything of a dying one. Restartable at any point. */
public final class Destruction {
  /** Extents removed in one transaction at most. */
  private static final int PIECES = 8;

  private static final int METADATA_BLOCKS = 8;

  private final BlockStore store;
  private final Journal journal;
  private final Allocator allocator;

  public Destruction(BlockStore store, Journal journal, Allocator allocator) {
    this.store = store;
    this.journal = journal;
    this.allocator = allocator;
  }

  /** Unmaps whole blocks [from, to) of a file with extents; under its exclusive locks, outside of a transaction. */
  public void removeRange(Inode inode, long from, long to) {
    ExtentMap map = inode.extents();
    for (Run last = map.lastIn(from, to); last != null; last = map.lastIn(from, to)) {
      // Cutting a hole into an extent adds one, and the tree may need nodes for it.
      List<Group> groups = allocator.lockForFreeing(last.start(), METADATA_BLOCKS);
      try {
        journal.run(ExtentMap.CREDITS + PIECES * 4, tx -> {
          Edit edit = new Edit(tx, groups.get(groups.size() - 1), groups);
          int pieces = 0;
          while (pieces < PIECES && map.removeLast(edit, from, to)) {
            pieces++;
          }
          Invariant.check(pieces > 0, "the last extent's group is locked");
        });
      } finally {
        groups.forEach(allocator::unlock);
      }
    }
  }

  /** Frees all data and tree nodes of an inode that has neither names nor users. */
  public void empty(Inode inode) {
    int kind = inode.kind();
    if (kind == InodeRecord.EXTENTS && !dying(inode)) {
      removeRange(inode, 0, Long.MAX_VALUE);
    }
    List<Long> nodes = new ArrayList<>();
    Visitor collect = new Visitor() {
      @Override
      public boolean node(long block, int level) {
        nodes.add(block);
        return true;
      }

      @Override
      public void entry(long key, MemorySegment segment, long offset, int length) {}
    };
    if (kind == InodeRecord.EXTENTS || kind == InodeRecord.DIRECTORY) {
      BTree.verify(inode.payloadTree(), collect);
    }
    BTree.verify(inode.xattrTree(), collect);
    if (nodes.isEmpty()) {
      return;
    }
    if (!dying(inode)) {
      // From here on the trees may point to nodes that have gone: never to be read as content again.
      journal.run(2,
          tx -> inode.putU32(tx, InodeRecord.FLAGS, inode.getU32(InodeRecord.FLAGS) | InodeRecord.DYING));
    }
    nodes.forEach(n -> freeNode(inode, n));
  }

  private static boolean dying(Inode inode) {
    return (inode.getU32(InodeRecord.FLAGS) & InodeRecord.DYING) != 0;
  }

  /** Unless an earlier attempt freed it: then its bit is clear, or another owner has it. */
  private void freeNode(Inode inode, long block) {
    Group group = allocator.lockOf(block);
    try {
      byte[] bytes = store.readRaw(block);
      var cached = inode.blocks().cached(block);
      MemorySegment image = cached != null ? cached.image() : MemorySegment.ofArray(bytes);
      boolean own = BlockHeader.type(image) == BlockType.TREE_NODE
          && BlockHeader.owner(image) == inode.number();
      if (own && group.isUsed(block)) {
        journal.run(8, tx -> {
          if (cached != null) {
            inode.blocks().freed(tx, cached);
          }
          group.freeMetadata(tx, block, BlockHeader.version(image));
          inode.addBlocks(tx, -1);
        });
      }
    } finally {
      allocator.unlock(group);
    }
  }
}
