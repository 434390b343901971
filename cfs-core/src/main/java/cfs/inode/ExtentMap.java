package cfs.inode;

import cfs.alloc.Group;
import cfs.alloc.Run;
import cfs.error.CorruptionException;
import cfs.error.Invariant;
import cfs.format.ExtentRecord;
import cfs.format.Geometry;
import cfs.tree.BTree;
import cfs.tree.Cursor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which volume blocks hold a file's blocks. Stateless view of an inode whose payload is an extent tree.
 *
 * <p>Invariants: extents do not overlap, none leaves its allocation group, none is empty.
 */
public final class ExtentMap {
  /** Tree blocks that one change of the map may touch: three inserts, each with a split on every level. */
  public static final int CREDITS = 40;

  private final Inode inode;
  private final BTree tree;
  private final Geometry geometry;

  ExtentMap(Inode inode, Geometry geometry) {
    this.inode = inode;
    this.tree = inode.payload();
    this.geometry = geometry;
  }

  /** What is at the block; holes reach to the next extent or for ever. */
  public void find(long fileBlock, Mapping m) {
    Cursor c = m.cursor;
    if (tree.floor(fileBlock, c)) {
      long start = c.key();
      long count = count(c);
      if (fileBlock - start < count) {
        long skipped = fileBlock - start;
        m.allocated = true;
        m.unwritten = (ExtentRecord.flags(c.segment(), c.payloadOffset()) & ExtentRecord.UNWRITTEN) != 0;
        m.volumeBlock = ExtentRecord.volumeBlock(c.segment(), c.payloadOffset()) + skipped;
        m.count = count - skipped;
        return;
      }
    }
    m.allocated = false;
    m.unwritten = false;
    m.volumeBlock = -1;
    m.count = tree.ceiling(fileBlock, c) ? c.key() - fileBlock : Long.MAX_VALUE - fileBlock;
  }

  private long count(Cursor c) {
    int count = ExtentRecord.count(c.segment(), c.payloadOffset());
    long block = ExtentRecord.volumeBlock(c.segment(), c.payloadOffset());
    if (c.payloadLength() != ExtentRecord.BYTES
        || count <= 0
        || !geometry.contains(block, count)
        || geometry.groupOf(block) != geometry.groupOf(block + count - 1)) {
      throw new CorruptionException(
          inode.number(), "an extent inside one group", count + " blocks at " + block);
    }
    return count;
  }

  /** Maps a hole; joins neighbours that continue it. */
  public void insert(Edit edit, long fileBlock, ExtentRecord extent) {
    run(edit, () -> {
      join(fileBlock, extent);
      return true;
    });
  }

  private void join(long fileBlock, ExtentRecord extent) {
    Cursor c = new Cursor();
    long start = fileBlock;
    ExtentRecord whole = extent;
    if (tree.ceiling(fileBlock, c)) {
      ExtentRecord right = ExtentRecord.read(c.segment(), c.payloadOffset());
      Invariant.check(c.key() - fileBlock >= extent.count(), "extents overlap at file block", fileBlock);
      if (continues(start, whole, c.key(), right)) {
        long key = c.key();
        whole = grown(whole, right.count());
        tree.delete(key);
      }
    }
    if (fileBlock > 0 && tree.floor(fileBlock - 1, c)) {
      ExtentRecord left = ExtentRecord.read(c.segment(), c.payloadOffset());
      Invariant.check(fileBlock - c.key() >= left.count(), "extents overlap at file block", fileBlock);
      if (continues(c.key(), left, start, whole)) {
        tree.replace(c.key(), grown(left, whole.count()).toBytes());
        return;
      }
    }
    tree.insert(start, whole.toBytes());
  }

  private static ExtentRecord grown(ExtentRecord e, int more) {
    return new ExtentRecord(e.volumeBlock(), e.count() + more, e.flags(), e.birthEpoch());
  }

  private boolean continues(long startA, ExtentRecord a, long startB, ExtentRecord b) {
    return startA + a.count() == startB
        && a.volumeBlock() + a.count() == b.volumeBlock()
        && a.flags() == b.flags()
        && a.birthEpoch() == b.birthEpoch()
        && geometry.groupOf(a.volumeBlock()) == geometry.groupOf(b.volumeBlock());
  }

  /** Unwritten blocks of one extent have data now. */
  public void setWritten(Edit edit, long fileBlock, int count) {
    run(edit, () -> {
      cut(fileBlock, count, true);
      return true;
    });
  }

  /** Takes a range out of the extent that covers all of it; with {@code keepWritten} it comes back as written. */
  private void cut(long from, int count, boolean keepWritten) {
    Cursor c = new Cursor();
    Invariant.check(tree.floor(from, c), "no extent at file block", from);
    long start = c.key();
    ExtentRecord e = ExtentRecord.read(c.segment(), c.payloadOffset());
    long before = from - start;
    long after = start + e.count() - (from + count);
    Invariant.check(before >= 0 && after >= 0, "the range leaves its extent at file block", from);
    if (before > 0) {
      tree.replace(
          start, new ExtentRecord(e.volumeBlock(), (int) before, e.flags(), e.birthEpoch()).toBytes());
    } else {
      tree.delete(start);
    }
    if (after > 0) {
      tree.insert(
          from + count,
          new ExtentRecord(e.volumeBlock() + before + count, (int) after, e.flags(), e.birthEpoch())
              .toBytes());
    }
    if (keepWritten) {
      int flags = e.flags() & ~ExtentRecord.UNWRITTEN;
      join(from, new ExtentRecord(e.volumeBlock() + before, count, flags, e.birthEpoch()));
    }
  }

  /** The last piece of an extent inside [from, to), or null: where {@link #removeLast} would work. */
  public @Nullable Run lastIn(long from, long to) {
    Cursor c = new Cursor();
    if (to <= from || !tree.floor(to - 1, c)) {
      return null;
    }
    long start = c.key();
    long count = count(c);
    long end = Math.min(start + count, to);
    long first = Math.max(start, from);
    if (end <= first) {
      return null;
    }
    return new Run(
        ExtentRecord.volumeBlock(c.segment(), c.payloadOffset()) + (first - start), (int) (end - first));
  }

  /** Unmaps that piece and frees its blocks, if the group is among the edit's. */
  public boolean removeLast(Edit edit, long from, long to) {
    return run(edit, () -> {
      Run piece = lastIn(from, to);
      if (piece == null) {
        return false;
      }
      for (Group g : edit.freeable()) {
        if (g.contains(piece.start())) {
          Cursor c = new Cursor();
          tree.floor(to - 1, c);
          long offset = piece.start() - ExtentRecord.volumeBlock(c.segment(), c.payloadOffset());
          cut(c.key() + offset, piece.count(), false);
          g.freeData(edit.tx(), piece);
          inode.addBlocks(edit.tx(), -piece.count());
          return true;
        }
      }
      return false;
    });
  }

  private boolean run(Edit edit, Supplier<Boolean> change) {
    inode.change(edit.tx());
    inode.payloadTree().during(edit);
    try {
      return change.get();
    } finally {
      inode.payloadTree().done();
    }
  }
}
