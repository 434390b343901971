package cfs.fs;

import cfs.alloc.Group;
import cfs.error.CorruptionException;
import cfs.error.FsError;
import cfs.error.FsException;
import cfs.format.DirectoryEntry;
import cfs.format.InodeRecord;
import cfs.inode.Directory;
import cfs.inode.Edit;
import cfs.inode.Inode;
import cfs.port.LockMode;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Names: lookup, creation, links and directory reading. Lock order: a directory before what it contains, then the orphan
 * directory, then an allocation group.
 */
final class Namespace {
  /** Metadata blocks that removing or adding one more name may take. */
  static final int NAME_BLOCKS = 16;

  static final int LINKS_MAX = 0x7fff_ffff;

  private static final int DT_DIRECTORY = 4;

  private final Parts parts;
  private final Creation creation;
  private final Orphans orphans;

  Namespace(Parts parts, Orphans orphans) {
    this.parts = parts;
    this.creation = new Creation(parts);
    this.orphans = orphans;
  }

  <T> T inDirectory(long number, boolean exclusive, Function<Inode, T> action) {
    Inode directory = parts.inodes().use(number);
    try {
      if (exclusive) {
        directory.lockExclusive();
      } else {
        directory.lockShared(LockMode.PR);
      }
      try {
        requireDirectory(directory);
        return action.apply(directory);
      } finally {
        if (exclusive) {
          directory.unlockExclusive();
        } else {
          directory.unlockShared(LockMode.PR);
        }
      }
    } finally {
      parts.inodes().unuse(directory);
    }
  }

  static void requireDirectory(Inode inode) {
    inode.requireCurrent();
    if (inode.type() != Attributes.DIRECTORY) {
      throw new FsException(FsError.NOT_DIRECTORY);
    }
  }

  /** One use of the answer's inode stays with the caller. */
  Attributes lookup(long parent, byte[] name) {
    if (name.length > DirectoryEntry.NAME_MAX) {
      throw new FsException(FsError.NAME_TOO_LONG);
    }
    return inDirectory(parent, false, directory -> {
      if (Names.isDot(name)) {
        return reference(directory.number());
      }
      if (Names.isDotDot(name)) {
        return reference(directory.getU64(InodeRecord.PARENT));
      }
      DirectoryEntry found = parts.directory(directory).find(name);
      if (found == null) {
        throw new FsException(FsError.NO_ENTRY);
      }
      return reference(found.inode());
    });
  }

  private Attributes reference(long number) {
    Inode inode = parts.inodes().use(number);
    boolean done = false;
    try {
      lockChild(inode);
      try {
        inode.knownToKernel();
        done = true;
        return inode.attributes();
      } finally {
        inode.unlockShared(LockMode.PR);
      }
    } finally {
      if (!done) {
        parts.inodes().unuse(inode);
      }
    }
  }

  private static void lockChild(Inode inode) {
    try {
      inode.lockShared(LockMode.PR);
    } catch (CorruptionException e) {
      throw e;
    } catch (FsException e) {
      throw dangling(inode.number(), e);
    }
  }

  /** A name under a held directory lock leads to a freed inode: never legitimate. */
  private static FsException dangling(long number, FsException e) {
    return e.error() == FsError.STALE ? new CorruptionException(number, "an inode with a name", "a freed one")
        : e;
  }

  private static void lockChildExclusive(Inode inode) {
    try {
      inode.lockExclusive();
    } catch (CorruptionException e) {
      throw e;
    } catch (FsException e) {
      throw dangling(inode.number(), e);
    }
  }

  /** Creates a name; EXISTS if it is there. One use of the inode stays with the caller. */
  Attributes make(long parent, byte[] name, Creation.Wanted wanted) {
    requireNewName(name);
    return inDirectory(parent, true, directory -> {
      if (parts.directory(directory).find(name) != null) {
        throw new FsException(FsError.EXISTS);
      }
      Inode child = creation.create(directory, name, wanted);
      try {
        child.knownToKernel();
        return child.attributes();
      } finally {
        child.unlockExclusive();
      }
    });
  }

  /** Creates a regular file, or answers null if the name is there and may be. */
  @Nullable
  Attributes makeOrFind(long parent, byte[] name, boolean exclusive, Creation.Wanted wanted) {
    try {
      return make(parent, name, wanted);
    } catch (FsException e) {
      if (e.error() == FsError.EXISTS && !exclusive) {
        return null;
      }
      throw e;
    }
  }

  static void requireNewName(byte[] name) {
    Names.require(name);
    if (Names.isDot(name) || Names.isDotDot(name)) {
      throw new FsException(FsError.EXISTS);
    }
  }

  Attributes link(long number, long newParent, byte[] newName) {
    requireNewName(newName);
    return inDirectory(newParent, true, directory -> {
      if (directory.linkCount() == 0) {
        throw new FsException(FsError.NO_ENTRY);
      }
      if (parts.directory(directory).find(newName) != null) {
        throw new FsException(FsError.EXISTS);
      }
      if (number == directory.number()) {
        throw new FsException(FsError.NOT_PERMITTED);
      }
      Inode inode = parts.inodes().use(number);
      boolean done = false;
      try {
        inode.lockExclusive();
        try {
          addLink(directory, inode, newName);
          done = true;
          return inode.attributes();
        } finally {
          inode.unlockExclusive();
        }
      } finally {
        if (!done) {
          parts.inodes().unuse(inode);
        }
      }
    });
  }

  private void addLink(Inode directory, Inode inode, byte[] name) {
    inode.requireCurrent();
    if (inode.type() == Attributes.DIRECTORY) {
      throw new FsException(FsError.NOT_PERMITTED);
    }
    if (inode.linkCount() == 0) {
      throw new FsException(FsError.NO_ENTRY);
    }
    if (inode.linkCount() == LINKS_MAX) {
      throw new FsException(FsError.TOO_MANY_LINKS);
    }
    Group group = parts.allocator().lock(directory.number(), NAME_BLOCKS, false);
    try {
      parts.journal().run(Directory.CREDITS + 8, tx -> {
        parts.directory(directory).add(new Edit(tx, group), Parts.entry(inode, name));
        inode.putU32(tx, InodeRecord.LINK_COUNT, inode.linkCount() + 1);
        inode.putU64(tx, InodeRecord.CHANGE, parts.now());
        touch(tx, directory);
      });
    } finally {
      parts.allocator().unlock(group);
    }
  }

  void touch(cfs.journal.Transaction tx, Inode directory) {
    long now = parts.now();
    directory.putU64(tx, InodeRecord.MODIFY, now);
    directory.putU64(tx, InodeRecord.CHANGE, now);
  }

  /** unlink(2) and rmdir(2). */
  void remove(long parent, byte[] name, boolean wantDirectory) {
    Names.require(name);
    if (Names.isDot(name) || Names.isDotDot(name)) {
      throw new FsException(
          !wantDirectory ? FsError.IS_DIRECTORY : Names.isDot(name) ? FsError.INVALID : FsError.NOT_EMPTY);
    }
    inDirectory(parent, true, directory -> {
      DirectoryEntry found = parts.directory(directory).find(name);
      if (found == null) {
        throw new FsException(FsError.NO_ENTRY);
      }
      if ((found.type() == DT_DIRECTORY) != wantDirectory) {
        throw new FsException(wantDirectory ? FsError.NOT_DIRECTORY : FsError.IS_DIRECTORY);
      }
      Inode child = parts.inodes().use(found.inode());
      try {
        lockChildExclusive(child);
        try {
          if (wantDirectory && !parts.directory(child).isEmpty()) {
            throw new FsException(FsError.NOT_EMPTY);
          }
          removeName(directory, child, name);
        } finally {
          child.unlockExclusive();
        }
      } finally {
        parts.inodes().unuse(child);
      }
      return true;
    });
  }

  private void removeName(Inode directory, Inode child, byte[] name) {
    try (Orphans.Locked dying = orphans.lock()) {
      Group group = parts.allocator().lock(directory.number(), NAME_BLOCKS, false);
      try {
        parts.journal().run(2 * Directory.CREDITS + 8, tx -> {
          Edit edit = new Edit(tx, group);
          parts.directory(directory).remove(edit, name);
          dropLink(edit, directory, child, dying);
          touch(tx, directory);
        });
      } finally {
        parts.allocator().unlock(group);
      }
    }
  }

  /** The child lost a name in the directory; with the last one it becomes an orphan. */
  void dropLink(Edit edit, Inode directory, Inode child, Orphans.Locked dying) {
    var tx = edit.tx();
    boolean isDirectory = child.type() == Attributes.DIRECTORY;
    int left = isDirectory ? 0 : child.linkCount() - 1;
    child.putU32(tx, InodeRecord.LINK_COUNT, left);
    child.putU64(tx, InodeRecord.CHANGE, parts.now());
    if (isDirectory) {
      directory.putU32(tx, InodeRecord.LINK_COUNT, directory.linkCount() - 1);
    }
    if (left == 0) {
      dying.add(edit, child);
    }
  }

  /** Cookies: 1 after ".", 2 after "..", then positions, which are above 255. */
  void read(long number, long cookie, DirectorySink sink) {
    inDirectory(number, false, directory -> {
      long at = cookie;
      if (at < 1) {
        if (!sink.add(new byte[]{'.'}, number, DT_DIRECTORY, 1)) {
          return false;
        }
        at = 1;
      }
      if (at < 2) {
        if (!sink.add(new byte[]{'.', '.'}, directory.getU64(InodeRecord.PARENT), DT_DIRECTORY, 2)) {
          return false;
        }
        at = 2;
      }
      parts.directory(directory).scan(at, (position, e) -> sink.add(e.name(), e.inode(), e.type(), position));
      return true;
    });
  }
}
