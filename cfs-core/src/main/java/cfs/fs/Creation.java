package cfs.fs;

import cfs.alloc.Group;
import cfs.error.FsError;
import cfs.error.FsException;
import cfs.format.Formatter;
import cfs.format.InodeRecord;
import cfs.inode.Directory;
import cfs.inode.Edit;
import cfs.inode.Inode;
import java.lang.foreign.MemorySegment;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/** New inodes with a name: files, directories, symbolic links, device nodes. */
final class Creation {
  /** Metadata blocks that one creation may take: the inode and a split on every level of the directory. */
  static final int METADATA_BLOCKS = 10;

  /**
   * How long to wait for another host's cached lock on the previous life of a block before taking another block. Waiting
   * longer could be a deadlock: the directory and the group are locked already.
   */
  private static final long NEW_INODE_WAIT_NANOS = 100_000_000L;

  private static final int SETGID = 02000;
  private static final int GROUP_EXECUTE = 0010;

  private final Parts parts;

  Creation(Parts parts) {
    this.parts = parts;
  }

  /** What is to be created; {@code target} only for symbolic links. */
  record Wanted(int mode, int rdev, byte @Nullable [] target, Caller caller) {}

  /**
   * Creates a name in a directory whose exclusive locks the caller holds and which does not have the name.
   *
   * @return the new inode, in use and exclusively locked
   */
  Inode create(Inode directory, byte[] name, Wanted wanted) {
    if (directory.linkCount() == 0) {
      throw new FsException(FsError.NO_ENTRY);
    }
    Group group = parts.allocator().lock(directory.number(), METADATA_BLOCKS, false);
    try {
      Inode child = newInode(group, directory.number());
      boolean done = false;
      try {
        parts.journal().run(
            Directory.CREDITS * 2 + 4, tx -> {
              long version = group.takeMetadata(tx, child.number());
              Edit edit = new Edit(tx, group);
              child.create(tx, version, Formatter.FIRST_EPOCH, mode(directory, wanted), parts.now());
              fill(edit, directory, child, wanted);
              parts.directory(directory).add(edit, Parts.entry(child, name));
              long now = parts.now();
              directory.putU64(tx, InodeRecord.MODIFY, now);
              directory.putU64(tx, InodeRecord.CHANGE, now);
            });
        done = true;
        return child;
      } finally {
        if (!done) {
          child.forget();
          child.unlockExclusive();
          parts.inodes().unuse(child);
        }
      }
    } finally {
      parts.allocator().unlock(group);
    }
  }

  private Inode newInode(Group group, long goal) {
    Inode[] taken = new Inode[1];
    LongPredicate lockable = n -> {
      Inode i = parts.inodes().use(n);
      if (i.lockNew(NEW_INODE_WAIT_NANOS)) {
        taken[0] = i;
        return true;
      }
      parts.inodes().unuse(i);
      return false;
    };
    if (group.findMetadata(goal, lockable) < 0) {
      throw new FsException(FsError.BUSY, "no block for a new inode could be locked in time");
    }
    return taken[0];
  }

  private static int mode(Inode directory, Wanted w) {
    boolean inherit = (directory.mode() & SETGID) != 0;
    boolean isDirectory = (w.mode() & Attributes.TYPE_MASK) == Attributes.DIRECTORY;
    if (isDirectory) {
      return inherit ? w.mode() | SETGID : w.mode();
    }
    boolean foreignGroup = inherit
        && w.caller().uid() != 0
        && w.caller().gid() != directory.getU32(InodeRecord.GID);
    boolean setgidProgram = (w.mode() & (SETGID | GROUP_EXECUTE)) == (SETGID | GROUP_EXECUTE);
    return foreignGroup && setgidProgram ? w.mode() & ~SETGID : w.mode();
  }

  private void fill(Edit edit, Inode directory, Inode child, Wanted w) {
    boolean inherit = (directory.mode() & SETGID) != 0;
    var tx = edit.tx();
    child.putU32(tx, InodeRecord.UID, w.caller().uid());
    child.putU32(tx, InodeRecord.GID, inherit ? directory.getU32(InodeRecord.GID) : w.caller().gid());
    child.putU32(tx, InodeRecord.RDEV, w.rdev());
    child.putU32(tx, InodeRecord.LINK_COUNT, 1);
    child.putU64(tx, InodeRecord.PARENT, directory.number());
    switch (child.type()) {
      case Attributes.DIRECTORY -> {
        child.kind(tx, InodeRecord.DIRECTORY);
        child.putU32(tx, InodeRecord.LINK_COUNT, 2);
        directory.putU32(tx, InodeRecord.LINK_COUNT, directory.linkCount() + 1);
      }
      case Attributes.REGULAR -> child.kind(tx, InodeRecord.INLINE);
      case Attributes.SYMLINK -> {
        child.kind(tx, InodeRecord.INLINE);
        byte[] target = w.target() == null ? new byte[0] : w.target();
        MemorySegment.copy(MemorySegment.ofArray(target), 0, child.inline(), 0, target.length);
        child.putU64(tx, InodeRecord.SIZE, target.length);
      }
      default -> child.kind(tx, InodeRecord.NONE);
    }
  }
}
