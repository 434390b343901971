package cfs.fs;

import cfs.alloc.Group;
import cfs.error.FsError;
import cfs.error.FsException;
import cfs.format.BlockHeader;
import cfs.format.DirectoryEntry;
import cfs.format.InodeRecord;
import cfs.inode.Destruction;
import cfs.inode.Directory;
import cfs.inode.Edit;
import cfs.inode.Inode;
import cfs.port.LockMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Inodes without a name. The unlinking host keeps them in its slot's orphan directory and frees each as soon as no host has it
 * open, that is when it gets the inode's OPEN lock exclusively. Orphans of a dead host are adopted by whoever replayed it.
 */
final class Orphans {
  /** How long to ask other hosts for the OPEN lock before the next orphan has its turn. */
  private static final long OPEN_WAIT_NANOS = 20_000_000L;

  private static final int BATCH = 64;

  private final Parts parts;
  private final long ownDirectory;
  private final ReentrantLock reaping = new ReentrantLock();
  private final CopyOnWriteArraySet<Long> adopted = new CopyOnWriteArraySet<>();

  Orphans(Parts parts, long ownDirectory) {
    this.parts = parts;
    this.ownDirectory = ownDirectory;
  }

  /** Also frees what is listed there, until it is empty. */
  void adopt(long directory) {
    if (directory != ownDirectory) {
      adopted.add(directory);
    }
  }

  static byte[] nameOf(long inode) {
    return String.format("%016x", inode).getBytes(StandardCharsets.US_ASCII);
  }

  /** The own orphan directory, exclusively locked; after all other inodes, before groups. */
  Locked lock() {
    Inode directory = parts.inodes().use(ownDirectory);
    boolean done = false;
    try {
      directory.lockExclusive();
      done = true;
      return new Locked(directory);
    } finally {
      if (!done) {
        parts.inodes().unuse(directory);
      }
    }
  }

  final class Locked implements AutoCloseable {
    private final Inode directory;

    private Locked(Inode directory) {
      this.directory = directory;
    }

    void add(Edit edit, Inode child) {
      parts.directory(directory).add(edit, Parts.entry(child, nameOf(child.number())));
    }

    @Override
    public void close() {
      directory.unlockExclusive();
      parts.inodes().unuse(directory);
    }
  }

  /** Frees what can be freed now. Called by one background task, and by whoever runs out of space with no lock held. */
  void reap() {
    reaping.lock();
    try {
      reap(ownDirectory);
      for (long directory : adopted) {
        if (reap(directory)) {
          adopted.remove(directory);
        }
      }
    } finally {
      reaping.unlock();
    }
  }

  /** True if the list is empty. */
  private boolean reap(long directory) {
    long after = 2;
    while (true) {
      List<DirectoryEntry> batch = new ArrayList<>();
      long[] last = {after};
      Inode list = parts.inodes().use(directory);
      try {
        list.lockShared(LockMode.PR);
        try {
          if (list.size() == 0) {
            return true;
          }
          parts.directory(list).scan(after, (position, e) -> {
            batch.add(e);
            last[0] = position;
            return batch.size() < BATCH;
          });
        } finally {
          list.unlockShared(LockMode.PR);
        }
      } finally {
        parts.inodes().unuse(list);
      }
      if (batch.isEmpty()) {
        return false;
      }
      free(directory, batch);
      after = last[0];
    }
  }

  /**
   * Two steps: first every inode of the batch is emptied and marked as freed, durable and in place, so that no host can take a
   * stale image for a living file; then the blocks are given back.
   */
  private void free(long directory, List<DirectoryEntry> batch) {
    List<Inode> dead = new ArrayList<>();
    try {
      for (DirectoryEntry e : batch) {
        Inode inode = parts.inodes().use(e.inode());
        if (lockUnused(inode)) {
          dead.add(inode);
        } else {
          parts.inodes().unuse(inode);
        }
      }
      for (Inode inode : dead) {
        if (inode.mode() != 0) {
          new Destruction(parts.store(), parts.journal(), parts.allocator()).empty(inode);
          parts.journal().run(2, tx -> inode.putU32(tx, InodeRecord.MODE, 0));
        }
      }
      for (Inode inode : dead) {
        parts.journal().settle(inode.blocks());
      }
      for (Inode inode : dead) {
        giveBack(directory, inode);
      }
    } finally {
      for (Inode inode : dead) {
        inode.unlockExclusive();
        inode.openLock().release(LockMode.EX);
        parts.inodes().unuse(inode);
      }
    }
  }

  /** Locks an orphan that nobody has open; false if somebody has. */
  private static boolean lockUnused(Inode inode) {
    if (inode.opens().get() > 0 || !inode.openLock().acquire(LockMode.EX, OPEN_WAIT_NANOS)) {
      return false;
    }
    boolean locked = false;
    try {
      inode.lockExclusiveEvenFreed();
      locked = inode.opens().get() == 0 && inode.linkCount() == 0;
      if (!locked) {
        inode.unlockExclusive();
      }
    } catch (FsException e) {
      if (e.error() != FsError.STALE) {
        throw e;
      }
      // Given back already by another host that adopted the list.
    } finally {
      if (!locked) {
        inode.openLock().release(LockMode.EX);
      }
    }
    return locked;
  }

  private void giveBack(long directory, Inode inode) {
    byte[] name = nameOf(inode.number());
    Inode list = parts.inodes().use(directory);
    try {
      list.lockExclusive();
      try {
        if (parts.directory(list).find(name) == null) {
          return;
        }
        Group group = parts.allocator().lockOf(inode.number());
        try {
          parts.journal().run(Directory.CREDITS + 8, tx -> {
            parts.directory(list).remove(new Edit(tx, group), name);
            long version = BlockHeader.version(inode.record().image());
            inode.blocks().freed(tx, inode.record());
            group.freeMetadata(tx, inode.number(), version);
          });
          inode.forget();
        } finally {
          parts.allocator().unlock(group);
        }
      } finally {
        list.unlockExclusive();
      }
    } finally {
      parts.inodes().unuse(list);
    }
  }
}
