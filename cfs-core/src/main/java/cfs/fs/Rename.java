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
import cfs.port.ClusterLock;
import cfs.port.LockMode;
import cfs.port.ResourceKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * rename(2) in all its forms. Between two directories it holds the cluster's RENAME lock, so that the shape of the tree stands
 * still while ancestors are walked and an ancestor is locked before its descendant (the scheme of Linux,
 * Documentation/filesystems/directory-locking.rst).
 */
final class Rename {
  /** Deeper than any path a kernel accepts; a longer walk means a loop on disk. */
  private static final int DEPTH_MAX = 1 << 16;

  private final Parts parts;
  private final Namespace names;
  private final Orphans orphans;
  private final ClusterLock renameLock;

  Rename(Parts parts, Namespace names, Orphans orphans) {
    this.parts = parts;
    this.names = names;
    this.orphans = orphans;
    this.renameLock = parts.locks().lock(ResourceKind.RENAME, 0);
  }

  void rename(long parent, byte[] name, long newParent, byte[] newName, int flags) {
    Names.require(name);
    Names.require(newName);
    boolean exchange = flags == FileSystem.RENAME_EXCHANGE;
    if (flags != 0 && flags != FileSystem.RENAME_NOREPLACE && !exchange) {
      throw new FsException(FsError.INVALID);
    }
    for (byte[] n : new byte[][]{name, newName}) {
      if (Names.isDot(n) || Names.isDotDot(n)) {
        throw new FsException(FsError.BUSY);
      }
    }
    if (parent == newParent) {
      locked(List.of(parent),
          dirs -> new Move(dirs.get(0), name, dirs.get(0), newName, flags, List.of(), List.of()).run());
      return;
    }
    renameLock.acquire(LockMode.EX);
    try {
      List<Long> above = ancestors(parent);
      List<Long> aboveNew = ancestors(newParent);
      // An ancestor first; unrelated directories by number.
      boolean parentFirst = aboveNew.contains(parent) || !above.contains(newParent) && parent < newParent;
      List<Long> order = parentFirst ? List.of(parent, newParent) : List.of(newParent, parent);
      locked(order, dirs -> {
        Inode from = dirs.get(parentFirst ? 0 : 1);
        Inode to = dirs.get(parentFirst ? 1 : 0);
        new Move(from, name, to, newName, flags, above, aboveNew).run();
      });
    } finally {
      renameLock.release(LockMode.EX);
    }
  }

  private interface WithDirectories {
    void run(List<Inode> directories);
  }

  private void locked(List<Long> numbers, WithDirectories action) {
    lockNext(numbers, new ArrayList<>(), action);
  }

  private void lockNext(List<Long> numbers, List<Inode> held, WithDirectories action) {
    if (held.size() == numbers.size()) {
      action.run(held);
      return;
    }
    names.inDirectory(numbers.get(held.size()), true, directory -> {
      held.add(directory);
      lockNext(numbers, held, action);
      return true;
    });
  }

  /** The directory itself and all above it, up to the root. */
  private List<Long> ancestors(long number) {
    List<Long> chain = new ArrayList<>();
    long at = number;
    while (chain.size() < DEPTH_MAX) {
      chain.add(at);
      if (at == parts.superblock().rootInode()) {
        return chain;
      }
      at = names.inDirectory(at, false, d -> d.getU64(InodeRecord.PARENT));
    }
    throw new CorruptionException(number, "a directory below the root", "a loop of parents");
  }

  /** One rename with both directories locked. */
  private final class Move {
    private final Inode from;
    private final byte[] name;
    private final Inode to;
    private final byte[] newName;
    private final int flags;
    private final List<Long> aboveFrom;
    private final List<Long> aboveTo;

    Move(Inode from, byte[] name, Inode to, byte[] newName, int flags, List<Long> aboveFrom,
        List<Long> aboveTo) {
      this.from = from;
      this.name = name;
      this.to = to;
      this.newName = newName;
      this.flags = flags;
      this.aboveFrom = aboveFrom;
      this.aboveTo = aboveTo;
    }

    void run() {
      DirectoryEntry source = parts.directory(from).find(name);
      DirectoryEntry target = parts.directory(to).find(newName);
      if (source == null || to.linkCount() == 0) {
        throw new FsException(FsError.NO_ENTRY);
      }
      boolean exchange = flags == FileSystem.RENAME_EXCHANGE;
      if (exchange && target == null) {
        throw new FsException(FsError.NO_ENTRY);
      }
      if (flags == FileSystem.RENAME_NOREPLACE && target != null) {
        throw new FsException(FsError.EXISTS);
      }
      if (aboveTo.contains(source.inode())) {
        throw new FsException(FsError.INVALID);
      }
      if (target != null && aboveFrom.contains(target.inode())) {
        throw new FsException(exchange ? FsError.INVALID : FsError.NOT_EMPTY);
      }
      if (target != null && target.inode() == source.inode()) {
        return; // Two names of one file: POSIX wants nothing to happen.
      }
      withChildren(source, target);
    }

    private void withChildren(DirectoryEntry source, @Nullable DirectoryEntry target) {
      Inode moved = parts.inodes().use(source.inode());
      Inode replaced = target == null ? null : parts.inodes().use(target.inode());
      List<Inode> order = new ArrayList<>();
      order.add(moved);
      if (replaced != null) {
        order.add(replaced);
      }
      boolean movedDirectory = source.type() == Parts.entryType(Attributes.DIRECTORY);
      boolean replacedDirectory = target != null && target.type() == Parts.entryType(Attributes.DIRECTORY);
      // Directories before files, each by number.
      order.sort(
          Comparator.comparingInt((Inode i) -> (i == moved ? movedDirectory : replacedDirectory) ? 0 : 1)
              .thenComparingLong(Inode::number));
      List<Inode> locked = new ArrayList<>();
      try {
        for (Inode i : order) {
          i.lockExclusive();
          locked.add(i);
        }
        perform(moved, replaced);
      } finally {
        locked.forEach(Inode::unlockExclusive);
        order.forEach(parts.inodes()::unuse);
      }
    }

    private void perform(Inode moved, @Nullable Inode replaced) {
      boolean exchange = flags == FileSystem.RENAME_EXCHANGE;
      boolean movedDirectory = moved.type() == Attributes.DIRECTORY;
      boolean replacedDirectory = replaced != null && replaced.type() == Attributes.DIRECTORY;
      if (replaced != null && !exchange) {
        if (movedDirectory != replacedDirectory) {
          throw new FsException(movedDirectory ? FsError.NOT_DIRECTORY : FsError.IS_DIRECTORY);
        }
        if (replacedDirectory && !parts.directory(replaced).isEmpty()) {
          throw new FsException(FsError.NOT_EMPTY);
        }
      }
      try (Orphans.Locked dying = orphans.lock()) {
        Group group = parts.allocator().lock(to.number(), Namespace.NAME_BLOCKS, false);
        try {
          parts.journal().run(3 * Directory.CREDITS + 16, tx -> {
            Edit edit = new Edit(tx, group);
            if (replaced == null) {
              parts.directory(to).add(edit, Parts.entry(moved, newName));
            } else {
              parts.directory(to).replace(edit, Parts.entry(moved, newName));
            }
            if (exchange && replaced != null) {
              parts.directory(from).replace(edit, Parts.entry(replaced, name));
              reparent(edit, replaced, to, from);
            } else {
              parts.directory(from).remove(edit, name);
            }
            reparent(edit, moved, from, to);
            if (replaced != null && !exchange) {
              names.dropLink(edit, to, replaced, dying);
            }
            names.touch(tx, from);
            names.touch(tx, to);
          });
        } finally {
          parts.allocator().unlock(group);
        }
      }
    }

    private void reparent(Edit edit, Inode child, Inode oldParent, Inode newParent) {
      var tx = edit.tx();
      child.putU64(tx, InodeRecord.CHANGE, parts.now());
      if (oldParent != newParent) {
        child.putU64(tx, InodeRecord.PARENT, newParent.number());
        if (child.type() == Attributes.DIRECTORY) {
          oldParent.putU32(tx, InodeRecord.LINK_COUNT, oldParent.linkCount() - 1);
          newParent.putU32(tx, InodeRecord.LINK_COUNT, newParent.linkCount() + 1);
        }
      }
    }
  }
}
