package cfs.inode;

import cfs.error.CorruptionException;
import cfs.error.FsError;
import cfs.error.FsException;
import cfs.error.Invariant;
import cfs.format.DirectoryEntry;
import cfs.format.InodeRecord;
import cfs.tree.BTree;
import cfs.tree.Cursor;
import org.jspecify.annotations.Nullable;

/** The names in a directory. Stateless view of an inode whose payload is a directory tree. */
public final class Directory {
  /** Tree blocks that adding or removing one name may touch, with the inode. */
  public static final int CREDITS = 16;

  /** Names that may share a hash. */
  private static final int COLLISIONS = 256;

  private final Inode inode;
  private final BTree tree;
  private final long seed;

  public Directory(Inode inode, long seed) {
    this.inode = inode;
    this.tree = inode.payload();
    this.seed = seed;
  }

  /** Null when the name is absent. */
  public @Nullable DirectoryEntry find(byte[] name) {
    Cursor c = new Cursor();
    return seek(name, c) ? entry(c) : null;
  }

  private boolean seek(byte[] name, Cursor c) {
    long first = DirectoryEntry.position(seed, name);
    boolean more = tree.ceiling(first, c);
    while (more && c.key() < first + COLLISIONS) {
      if (DirectoryEntry.nameEquals(c.segment(), c.payloadOffset(), c.payloadLength(), name)) {
        return true;
      }
      more = tree.next(c);
    }
    return false;
  }

  private DirectoryEntry entry(Cursor c) {
    if (c.payloadLength() <= DirectoryEntry.FIXED_BYTES) {
      throw new CorruptionException(
          inode.number(), "a directory entry", c.payloadLength() + " bytes at position " + c.key());
    }
    return DirectoryEntry.read(c.segment(), c.payloadOffset(), c.payloadLength());
  }

  /** Adds a name that is absent. */
  public void add(Edit edit, DirectoryEntry entry) {
    long key = DirectoryEntry.position(seed, entry.name());
    long limit = key + COLLISIONS;
    Cursor c = new Cursor();
    boolean more = tree.ceiling(key, c);
    while (more && key < limit && c.key() == key) {
      key++;
      more = tree.next(c);
    }
    if (key == limit) {
      throw new FsException(FsError.NO_SPACE, "too many names of one directory share a hash");
    }
    begin(edit);
    try {
      tree.insert(key, entry.toBytes());
    } finally {
      inode.payloadTree().done();
    }
    inode.putU64(edit.tx(), InodeRecord.SIZE, inode.size() + 1);
  }

  /** Removes a name that is there. */
  public void remove(Edit edit, byte[] name) {
    Cursor c = new Cursor();
    Invariant.check(seek(name, c), "a name to be removed is absent");
    long key = c.key();
    begin(edit);
    try {
      tree.delete(key);
    } finally {
      inode.payloadTree().done();
    }
    inode.putU64(edit.tx(), InodeRecord.SIZE, inode.size() - 1);
  }

  /** Lets a name that is there mean another inode. */
  public void replace(Edit edit, DirectoryEntry entry) {
    Cursor c = new Cursor();
    Invariant.check(seek(entry.name(), c), "a name to be replaced is absent");
    long key = c.key();
    begin(edit);
    try {
      tree.replace(key, entry.toBytes());
    } finally {
      inode.payloadTree().done();
    }
  }

  private void begin(Edit edit) {
    inode.change(edit.tx());
    inode.payloadTree().during(edit);
  }

  public boolean isEmpty() {
    return tree.isEmpty(new Cursor());
  }

  /** Takes entries in order of their positions. */
  public interface Visitor {
    /** @return false to stop */
    boolean entry(long position, DirectoryEntry entry);
  }

  /** Shows every entry after {@code position}. */
  public void scan(long position, Visitor visitor) {
    tree.scan(position + 1, new Cursor(), c -> visitor.entry(c.key(), entry(c)));
  }
}
