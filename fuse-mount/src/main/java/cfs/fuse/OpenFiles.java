package cfs.fuse;

import cfs.error.FsError;
import cfs.error.FsException;
import cfs.error.Invariant;
import cfs.fs.FileSystem;
import cfs.fs.OpenFile;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * File handles of the kernel (fh) to open files: a table indexed by handle. Looking up takes no lock and allocates nothing;
 * changes are made under one lock.
 *
 * <p>Invariants: a handle is used once at a time; handle 0 is never given; the table only grows.
 */
final class OpenFiles {
  /** Bound on open files of one mount; the process limits of its users come long before. */
  static final int MAX_HANDLES = 1 << 20;

  /** One open file description of the kernel, and its twin with the opposite of O_APPEND once fcntl(2) made it need one. */
  static final class Entry {
    final OpenFile file;
    private volatile @Nullable OpenFile twin;

    Entry(OpenFile file) {
      this.file = file;
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Integer> free = new ArrayDeque<>();
  private int next = 1;
  private volatile AtomicReferenceArray<@Nullable Entry> table = new AtomicReferenceArray<>(1024);

  /** Gives {@code file} a handle; with none left it is released again and the open refused. */
  long add(FileSystem owner, OpenFile file) {
    try {
      return add(file);
    } catch (FsException tooMany) {
      owner.release(file);
      throw tooMany;
    }
  }

  private long add(OpenFile file) {
    lock.lock();
    try {
      Integer reused = free.pollFirst();
      int handle = reused == null ? fresh() : reused;
      table.set(handle, new Entry(file));
      return handle;
    } finally {
      lock.unlock();
    }
  }

  private int fresh() {
    if (next == MAX_HANDLES) {
      throw new FsException(FsError.NO_MEMORY,
          "more than " + (MAX_HANDLES - 1) + " files are open on this mount");
    }
    if (next == table.length()) {
      AtomicReferenceArray<@Nullable Entry> larger = new AtomicReferenceArray<>(next * 2);
      for (int i = 0; i < next; i++) {
        larger.set(i, table.get(i));
      }
      table = larger;
    }
    return next++;
  }

  OpenFile get(long handle) {
    return entry(handle).file;
  }

  private Entry entry(long handle) {
    AtomicReferenceArray<@Nullable Entry> now = table;
    Entry entry = handle > 0 && handle < now.length() ? now.get((int) handle) : null;
    if (entry == null) {
      throw new IllegalStateException("the kernel used file handle " + handle + ", which is not open");
    }
    return entry;
  }

  /** Opens a file again with other flags. */
  interface Reopening {
    OpenFile open(long inode, int flags);
  }

  /** The open file for a request whose O_APPEND is {@code append}: fcntl(F_SETFL) may have changed it since the open. */
  OpenFile get(long handle, boolean append, Reopening reopening) {
    Entry entry = entry(handle);
    if (append == OpenFlags.isAppend(entry.file.flags())) {
      return entry.file;
    }
    OpenFile twin = entry.twin;
    return twin != null ? twin : openTwin(entry, reopening);
  }

  private static OpenFile openTwin(Entry entry, Reopening reopening) {
    synchronized (entry) {
      OpenFile twin = entry.twin;
      if (twin == null) {
        twin = reopening.open(entry.file.inode(), OpenFlags.withOppositeAppend(entry.file.flags()));
        entry.twin = twin;
      }
      return twin;
    }
  }

  /** Forgets a handle and returns the open files to release, the first one given to {@link #add}. */
  List<OpenFile> remove(long handle) {
    lock.lock();
    try {
      Entry entry = entry(handle);
      table.set((int) handle, null);
      free.addLast((int) handle);
      return filesOf(entry);
    } finally {
      lock.unlock();
    }
  }

  /** Forgets every handle: after the kernel is gone it releases nothing any more. */
  List<OpenFile> removeAll() {
    List<OpenFile> files = new ArrayList<>();
    for (int handle = 1; handle < table.length(); handle++) {
      if (table.get(handle) != null) {
        files.addAll(remove(handle));
      }
    }
    checkInvariants();
    return files;
  }

  private static List<OpenFile> filesOf(Entry entry) {
    OpenFile twin = entry.twin;
    return twin == null ? List.of(entry.file) : List.of(entry.file, twin);
  }

  private void checkInvariants() {
    Invariant.check(table.get(0) == null, "handle 0 is never given");
    Invariant.check(free.size() < next, "a handle is free once", free.size());
  }
}
