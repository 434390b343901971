package cfs.fsck;

import static cfs.format.Fields.putInt;

import cfs.alloc.Run;
import cfs.format.BlockType;
import cfs.format.DirectoryEntry;
import cfs.format.ExtentRecord;
import cfs.format.InodeRecord;
import cfs.tree.BTree;
import cfs.tree.Cursor;
import cfs.tree.Visitor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Changes to the trees of inodes. Each reads the inode anew, so that repairs of one pass build on each other, and only
 * touches a tree without complaints; {@link #salvage} comes first where there are some.
 */
final class TreeRepair {
  private static final int COLLISIONS_MAX = 256;

  private final CheckedVolume volume;
  private final SpareBlocks spare;

  /** Trees that were found good after the pass: what is done to them here leaves them so. */
  private final Set<Long> goodPayloads = new HashSet<>();

  private final Set<Long> goodXattrs = new HashSet<>();

  TreeRepair(CheckedVolume volume, SpareBlocks spare) {
    this.volume = volume;
    this.spare = spare;
  }

  private @Nullable OfflineTree open(long inode, boolean payload) {
    byte[] image = volume.readRaw(inode);
    if (image == null || volume.complaint(image, inode, BlockType.INODE, inode) != null) {
      return null;
    }
    return payload ? OfflineTree.payload(volume, inode, image, spare)
        : OfflineTree.xattrs(volume, inode, image, spare);
  }

  private @Nullable OfflineTree openGood(long inode, boolean payload) {
    OfflineTree tree = open(inode, payload);
    Set<Long> known = payload ? goodPayloads : goodXattrs;
    if (tree == null || !known.contains(inode) && !BTree.verify(tree, Visitor.NONE).isEmpty()) {
      return null;
    }
    known.add(inode);
    return tree;
  }

  void delete(long inode, boolean payload, long key) {
    OfflineTree tree = openGood(inode, payload);
    if (tree != null && new BTree(tree).delete(key)) {
      tree.finish();
    }
  }

  /** Gives an entry its right type. */
  void retype(long directory, long key, int type) {
    OfflineTree tree = openGood(directory, true);
    Cursor cursor = new Cursor();
    if (tree != null && new BTree(tree).find(key, cursor)) {
      DirectoryEntry old = DirectoryEntry.read(cursor.segment(), cursor.payloadOffset(),
          cursor.payloadLength());
      new BTree(tree).replace(key, new DirectoryEntry(old.inode(), type, old.name()).toBytes());
      tree.finish();
    }
  }

  /** Puts an entry where its hash says. */
  void move(long directory, long key) {
    OfflineTree tree = openGood(directory, true);
    Cursor cursor = new Cursor();
    if (tree == null || !new BTree(tree).find(key, cursor)) {
      return;
    }
    DirectoryEntry entry = DirectoryEntry.read(cursor.segment(), cursor.payloadOffset(),
        cursor.payloadLength());
    if (insert(tree, entry)) {
      new BTree(tree).delete(key);
      tree.finish();
    }
  }

  /** @return false if there is no room for the name or the directory is damaged */
  boolean add(long directory, DirectoryEntry entry) {
    OfflineTree tree = openGood(directory, true);
    if (tree == null || !insert(tree, entry)) {
      return false;
    }
    tree.finish();
    return true;
  }

  /** Inode of a name, or -1. */
  long lookup(long directory, byte[] name) {
    OfflineTree tree = openGood(directory, true);
    if (tree == null) {
      return -1;
    }
    BTree entries = new BTree(tree);
    Cursor cursor = new Cursor();
    long position = DirectoryEntry.position(volume.superblock().hashSeed(), name);
    for (int i = 0; i < COLLISIONS_MAX; i++) {
      if (entries.find(position + i, cursor)
          && DirectoryEntry.nameEquals(cursor.segment(), cursor.payloadOffset(), cursor.payloadLength(),
              name)) {
        return DirectoryEntry.read(cursor.segment(), cursor.payloadOffset(), cursor.payloadLength()).inode();
      }
    }
    return -1;
  }

  private boolean insert(OfflineTree tree, DirectoryEntry entry) {
    BTree entries = new BTree(tree);
    Cursor cursor = new Cursor();
    long position = DirectoryEntry.position(volume.superblock().hashSeed(), entry.name());
    for (int i = 0; i < COLLISIONS_MAX; i++) {
      if (!entries.find(position + i, cursor)) {
        entries.insert(position + i, entry.toBytes());
        return true;
      }
    }
    return false;
  }

  /** Gives the file a copy of an extent's blocks, in as many pieces as it takes. */
  void unshare(long inode, long key) {
    OfflineTree tree = openGood(inode, true);
    Cursor cursor = new Cursor();
    if (tree == null || !new BTree(tree).find(key, cursor)) {
      return;
    }
    ExtentRecord extent = ExtentRecord.read(cursor.segment(), cursor.payloadOffset());
    List<Run> copy = spare.takeData(extent.count());
    BTree extents = new BTree(tree);
    extents.delete(key);
    int done = 0;
    for (Run run : copy) {
      if (!extent.unwritten()) {
        volume.copy(extent.volumeBlock() + done, run.start(), run.count());
      }
      extents.insert(key + done,
          new ExtentRecord(run.start(), run.count(), extent.flags(), extent.birthEpoch()).toBytes());
      done += run.count();
    }
    volume.store().device().flush();
    tree.finish();
  }

  /** Builds a damaged tree anew from the leaves that can be read; the old nodes are left to be found as leaked. */
  void salvage(long inode, boolean payload) {
    OfflineTree damaged = open(inode, payload);
    if (damaged == null) {
      return;
    }
    TreeMap<Long, byte[]> kept = new TreeMap<>(Long::compareUnsigned);
    BTree.verify(damaged, new Visitor() {
      @Override
      public boolean node(long block, int level) {
        return true;
      }

      @Override
      public void entry(long key, MemorySegment segment, long at, int length) {
        kept.putIfAbsent(key, segment.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE));
      }
    });
    damaged.modifyRoot();
    BTree.format(damaged.root(), damaged.rootOffset(), damaged.rootLength());
    BTree fresh = new BTree(damaged);
    kept.forEach(fresh::insert);
    damaged.finish();
  }

  /** Repair: frees an inode that is not reachable any more. */
  void free(long inode) {
    volume.modify(inode, BlockType.INODE, inode, image -> putInt(image, InodeRecord.MODE, 0));
  }
}
