package cfs.fs;

import cfs.alloc.Allocator;
import cfs.error.FsError;
import cfs.error.FsException;
import cfs.format.BlockHeader;
import cfs.format.Geometry;
import cfs.format.InodeRecord;
import cfs.format.SlotRecord;
import cfs.format.Superblock;
import cfs.inode.Inode;
import cfs.inode.InodeTable;
import cfs.journal.BlockStore;
import cfs.journal.Journal;
import cfs.journal.Replay;
import cfs.journal.SlotTable;
import cfs.port.BlockDevice;
import cfs.port.Clock;
import cfs.port.ClusterLock;
import cfs.port.KernelCache;
import cfs.port.Lane;
import cfs.port.LockMode;
import cfs.port.LockSpace;
import cfs.port.ResourceKind;
import cfs.port.TaskSpawner;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A volume mounted by this host: the file system's owner, from replay at mount to the last write-back. */
public final class MountedVolume implements FileSystem {
  private static final long REAP_NANOS = 50_000_000L;
  private static final long STATISTICS_NANOS = 1_000_000_000L;

  private final Parts parts;
  private final ClusterLock slotLock;
  private final Orphans orphans;
  private final Namespace names;
  private final Rename rename;
  private final FileContent content;
  private final InodeOperations inodeOperations;
  private final MountOptions options;
  private final List<Lane.Timer> timers = new ArrayList<>();
  private volatile long freeBlocks = -1;
  private volatile long freeBlocksAtNanos;

  private MountedVolume(Parts parts, SlotRecord slot, ClusterLock slotLock, MountOptions options) {
    this.parts = parts;
    this.slotLock = slotLock;
    this.options = options;
    this.orphans = new Orphans(parts, slot.orphanDirectory());
    this.names = new Namespace(parts, orphans);
    this.rename = new Rename(parts, names, orphans);
    this.content = new FileContent(parts);
    this.inodeOperations = new InodeOperations(parts, content);
  }

  /**
   * Mounts for the host of {@code slot}. Under the mount lock every journal without a living host is replayed first, so that
   * nobody reads what a crash of the whole cluster left behind; the first mount of a slot makes its journal.
   *
   * @param recovery hears of later deaths; its adopted orphans are freed here
   */
  public static MountedVolume mount(
      BlockDevice volume,
      int slot,
      LockSpace locks,
      Clock clock,
      TaskSpawner tasks,
      KernelCache kernel,
      JournalRecovery recovery,
      MountOptions options) {
    SuperblockReader.Opened opened = SuperblockReader.open(volume);
    BlockStore store = opened.store();
    Superblock superblock = opened.superblock();
    LateDemotion demotion = new LateDemotion();
    locks.onDemotion(demotion);
    ClusterLock mountLock = locks.lock(ResourceKind.VOLUME, 1);
    ClusterLock slotLock = locks.lock(ResourceKind.JOURNAL, slot);
    List<Long> adopted = new ArrayList<>();
    Journal journal;
    SlotRecord record;
    mountLock.acquire(LockMode.EX);
    try {
      slotLock.acquire(LockMode.EX);
      for (int s : SlotTable.used(store)) {
        SlotRecord other = SlotTable.read(store, s);
        if (other != null && (s == slot || !locks.heldByLiveHost(ResourceKind.JOURNAL, s))) {
          new Replay(store, other).run(locks::heldByLiveHost);
          adopted.add(other.orphanDirectory());
        }
      }
      record = SlotTable.read(store, slot);
      journal = record == null
          ? new Slots(store, locks, slot, clock.wallNanos()).create()
          : new Journal(store, record);
      record = record == null ? SlotTable.read(store, slot) : record;
    } finally {
      mountLock.release(LockMode.EX);
    }
    if (record == null) {
      throw new IllegalStateException("slot " + slot + " was made and is not there");
    }
    Allocator allocator = new Allocator(store, locks, journal, slot);
    Parts parts = new Parts(
        superblock, store, locks, journal, allocator, new InodeTable(locks, store), clock);
    demotion.ready(new Demoter(parts, kernel));
    MountedVolume mounted = new MountedVolume(parts, record, slotLock, options);
    adopted.forEach(mounted.orphans::adopt);
    recovery.adopter(mounted.orphans::adopt);
    mounted.start(tasks);
    return mounted;
  }

  /** While mounting, the few locks that are held protect nothing cached: they may go at once. */
  private static final class LateDemotion implements LockSpace.Demotion {
    private volatile LockSpace.@Nullable Demotion target;

    void ready(LockSpace.Demotion demotion) {
      target = demotion;
    }

    @Override
    public void demote(ClusterLock lock, LockMode from, LockMode to) {
      LockSpace.Demotion t = target;
      if (t != null) {
        t.demote(lock, from, to);
      }
    }
  }

  private void start(TaskSpawner tasks) {
    timers.add(tasks.every("commit", options.commitNanos(), this::commitIfDirty));
    timers.add(tasks.every("orphans", REAP_NANOS, orphans::reap));
    timers.add(tasks.every("checkpoint", REAP_NANOS, this::maintain));
  }

  private void commitIfDirty() {
    if (parts.journal().dirty()) {
      parts.journal().commit();
    }
  }

  private void maintain() {
    if (parts.journal().crowded()) {
      parts.journal().checkpoint();
    }
    parts.inodes().trim(options.inodesCached());
  }

  /** Runs an allocating call; when the volume looks full, what was deleted just now is freed first. */
  private <T> T withSpace(Supplier<T> call) {
    try {
      return call.get();
    } catch (FsException e) {
      if (e.error() != FsError.NO_SPACE) {
        throw e;
      }
    }
    orphans.reap();
    return call.get();
  }

  private static Handle handle(OpenFile file) {
    return (Handle) file;
  }

  @Override
  public long rootInode() {
    return parts.superblock().rootInode();
  }

  @Override
  public Attributes lookup(long parent, byte[] name) {
    return names.lookup(parent, name);
  }

  @Override
  public void forget(long inode, long count) {
    parts.inodes().unuse(inode, count);
  }

  @Override
  public Attributes attributes(long inode) {
    return inodeOperations.shared(inode, Inode::attributes);
  }

  @Override
  public Attributes setAttributes(long inode, AttributeChange change) {
    return withSpace(() -> inodeOperations.set(inode, change));
  }

  @Override
  public byte[] readLink(long inode) {
    return inodeOperations.readLink(inode);
  }

  @Override
  public Attributes symlink(long parent, byte[] name, byte[] target, Caller caller) {
    if (target.length > InodeRecord.PAYLOAD_BYTES) {
      throw new FsException(FsError.NAME_TOO_LONG, "a symbolic link holds at most 2560 bytes");
    }
    if (target.length == 0) {
      throw new FsException(FsError.NO_ENTRY);
    }
    Creation.Wanted wanted = new Creation.Wanted(Attributes.SYMLINK | 0777, 0, target, caller);
    return withSpace(() -> names.make(parent, name, wanted));
  }

  @Override
  public Attributes makeNode(long parent, byte[] name, int mode, int rdev, Caller caller) {
    int typed = (mode & Attributes.TYPE_MASK) == 0 ? mode | Attributes.REGULAR : mode;
    return withSpace(() -> names.make(parent, name, new Creation.Wanted(typed, rdev, null, caller)));
  }

  @Override
  public Attributes makeDirectory(long parent, byte[] name, int mode, Caller caller) {
    int typed = (mode & ~Attributes.TYPE_MASK) | Attributes.DIRECTORY;
    return withSpace(() -> names.make(parent, name, new Creation.Wanted(typed, 0, null, caller)));
  }

  @Override
  public Attributes link(long inode, long newParent, byte[] newName) {
    return withSpace(() -> names.link(inode, newParent, newName));
  }

  @Override
  public void unlink(long parent, byte[] name) {
    names.remove(parent, name, false);
  }

  @Override
  public void removeDirectory(long parent, byte[] name) {
    names.remove(parent, name, true);
  }

  @Override
  public void rename(long parent, byte[] name, long newParent, byte[] newName, int flags) {
    withSpace(() -> {
      rename.rename(parent, name, newParent, newName, flags);
      return true;
    });
  }

  @Override
  public Created create(long parent, byte[] name, int mode, int flags, Caller caller) {
    int typed = (mode & ~Attributes.TYPE_MASK) | Attributes.REGULAR;
    boolean exclusive = (flags & Handle.O_EXCL) != 0;
    Creation.Wanted wanted = new Creation.Wanted(typed, 0, null, caller);
    for (int attempt = 0; attempt < 16; attempt++) {
      try {
        Attributes made = withSpace(() -> names.makeOrFind(parent, name, exclusive, wanted));
        Attributes there = made != null ? made : names.lookup(parent, name);
        return opened(there, made != null ? flags & ~Handle.O_TRUNC : flags);
      } catch (FsException e) {
        // Somebody removed what was found, between the two steps.
        if (e.error() != FsError.NO_ENTRY && e.error() != FsError.STALE || attempt == 15 || exclusive) {
          throw e;
        }
        inodeOperations.shared(parent, d -> d.linkCount() == 0 ? gone() : true);
      }
    }
    throw new FsException(FsError.BUSY);
  }

  private static boolean gone() {
    throw new FsException(FsError.NO_ENTRY);
  }

  private Created opened(Attributes there, int flags) {
    boolean done = false;
    try {
      if ((there.mode() & Attributes.TYPE_MASK) == Attributes.SYMLINK) {
        throw new FsException(FsError.TOO_MANY_SYMLINKS);
      }
      if (there.isDirectory()) {
        throw new FsException(FsError.IS_DIRECTORY);
      }
      OpenFile file = open(there.inode(), flags);
      done = true;
      return new Created((flags & Handle.O_TRUNC) != 0 ? attributes(there.inode()) : there, file);
    } finally {
      if (!done) {
        forget(there.inode(), 1);
      }
    }
  }

  @Override
  public OpenFile open(long number, int flags) {
    Inode inode = parts.inodes().use(number);
    boolean pinned = false;
    boolean done = false;
    try {
      inode.pinOpen();
      pinned = true;
      inode.lockShared(LockMode.PR);
      try {
        inode.requireCurrent();
        requireOpenable(inode, flags);
        done = true;
      } finally {
        inode.unlockShared(LockMode.PR);
      }
    } finally {
      if (!done) {
        if (pinned) {
          inode.unpinOpen();
        }
        parts.inodes().unuse(inode);
      }
    }
    Handle handle = new Handle(inode, flags);
    if ((flags & Handle.O_TRUNC) != 0 && (flags & Handle.O_ACCMODE) != 0) {
      truncateOpened(handle);
    }
    return handle;
  }

  private void truncateOpened(Handle handle) {
    boolean done = false;
    try {
      AttributeChange empty = new AttributeChange(AttributeChange.SIZE | AttributeChange.KILL_PRIVILEGES, 0,
          0, 0, 0, 0, 0, 0);
      setAttributes(handle.inode(), empty);
      done = true;
    } finally {
      if (!done) {
        release(handle);
      }
    }
  }

  private static void requireOpenable(Inode inode, int flags) {
    boolean writes = (flags & Handle.O_ACCMODE) != 0;
    if (inode.type() == Attributes.DIRECTORY && writes) {
      throw new FsException(FsError.IS_DIRECTORY);
    }
    if (inode.type() == Attributes.SYMLINK) {
      throw new FsException(FsError.TOO_MANY_SYMLINKS);
    }
  }

  @Override
  public void release(OpenFile file) {
    Inode inode = handle(file).file();
    if (inode.timesPending() && inode.lock().cached() != LockMode.EX) {
      writeTimes(inode); // Overwrites under CW: nobody would bring the time into the block otherwise.
    }
    inode.unpinOpen();
    parts.inodes().unuse(inode);
  }

  private static Inode regular(OpenFile file) {
    return handle(file).file();
  }

  @Override
  public int read(OpenFile file, long offset, MemorySegment to, long toOffset, int length) {
    return content.read(regular(file), offset, to, toOffset, length);
  }

  @Override
  public int write(OpenFile file, long offset, MemorySegment from, long fromOffset, int length) {
    boolean append = (file.flags() & Handle.O_APPEND) != 0;
    return withSpace(() -> {
      content.write(regular(file), append, offset, from, fromOffset, length);
      return length;
    });
  }

  @Override
  public int tryRead(OpenFile file, long offset, MemorySegment to, long toOffset, int length) {
    return content.tryRead(regular(file), offset, to, toOffset, length);
  }

  @Override
  public int tryWrite(OpenFile file, long offset, MemorySegment from, long fromOffset, int length) {
    if ((file.flags() & Handle.O_APPEND) != 0) {
      return NOT_NOW;
    }
    return content.tryWrite(regular(file), offset, from, fromOffset, length);
  }

  @Override
  public void fsync(OpenFile file, boolean dataOnly) {
    Inode inode = handle(file).file();
    if (!dataOnly && inode.timesPending()) {
      writeTimes(inode);
    }
    if (inode.lock().cached() == LockMode.NL) {
      // Another host may have changes that only its memory has; to hand the lock over it makes them durable.
      inode.lockShared(LockMode.PR);
      inode.unlockShared(LockMode.PR);
    }
    long changed = inode.blocks().changedSequence();
    if (changed > parts.journal().durableSequence()) {
      parts.journal().commitUpTo(changed);
    } else {
      parts.store().device().flush();
    }
  }

  private void writeTimesIfAlive(Inode inode) {
    try {
      if (inode.timesPending()) {
        writeTimes(inode);
      }
    } catch (FsException e) {
      if (e.error() != FsError.STALE) {
        throw e;
      }
      // Deleted meanwhile, here or on another host: there is no time left to write.
    }
  }

  private void writeTimes(Inode inode) {
    inodeOperations.exclusive(inode.number(), i -> {
      parts.journal().run(2, i::writeTimes);
      return true;
    });
  }

  @Override
  public void fallocate(OpenFile file, int mode, long offset, long length) {
    int keepSize = 1;
    int punch = 2;
    int zero = 0x10;
    if (offset < 0 || length <= 0) {
      throw new FsException(FsError.INVALID);
    }
    if (offset > FileContent.SIZE_MAX - length) {
      throw new FsException(FsError.FILE_TOO_BIG);
    }
    if (mode != 0 && mode != keepSize && mode != (punch | keepSize) && mode != zero
        && mode != (zero | keepSize)) {
      throw new FsException(FsError.NOT_SUPPORTED);
    }
    withSpace(() -> inodeOperations.exclusive(file.inode(), inode -> {
      if (inode.type() != Attributes.REGULAR) {
        throw new FsException(FsError.NOT_SUPPORTED);
      }
      if ((mode & (punch | zero)) != 0) {
        content.punch(inode, offset, length);
      }
      if ((mode & punch) == 0) {
        content.preallocate(inode, offset, length);
        boolean grows = (mode & keepSize) == 0 && offset + length > inode.size();
        parts.journal().run(2, tx -> {
          if (grows) {
            inode.putU64(tx, InodeRecord.SIZE, offset + length);
          }
          content.modified(inode, tx);
        });
      }
      return true;
    }));
  }

  @Override
  public long seek(OpenFile file, long offset, int whence) {
    return content.seek(regular(file), offset, whence);
  }

  @Override
  public void readDirectory(OpenFile directory, long cookie, DirectorySink sink) {
    names.read(directory.inode(), cookie, sink);
  }

  /** Free space is looked up at most once a second, since it reads the groups of other hosts. */
  @Override
  public VolumeStatistics statistics() {
    long now = parts.clock().nanoTime();
    if (freeBlocks < 0 || now - freeBlocksAtNanos > STATISTICS_NANOS) {
      freeBlocks = parts.allocator().freeBlocks();
      freeBlocksAtNanos = now;
    }
    long total = parts.geometry().totalBlocks();
    long reserve = parts.geometry().groupCount() * Geometry.CHUNK_BLOCKS;
    return new VolumeStatistics(
        BlockHeader.BLOCK,
        total,
        freeBlocks,
        Math.max(0, freeBlocks - reserve),
        total,
        freeBlocks,
        parts.superblock().volume().getLeastSignificantBits());
  }

  @Override
  public byte[] getXattr(long inode, byte[] name) {
    return inodeOperations.getXattr(inode, name);
  }

  @Override
  public void setXattr(long inode, byte[] name, byte[] value, int flags) {
    withSpace(() -> {
      inodeOperations.setXattr(inode, name, value, flags);
      return true;
    });
  }

  @Override
  public List<byte[]> listXattrs(long inode) {
    return inodeOperations.listXattrs(inode);
  }

  @Override
  public void removeXattr(long inode, byte[] name) {
    inodeOperations.removeXattr(inode, name);
  }

  @Override
  public void sync() {
    parts.journal().commit();
  }

  /**
   * Stops background work and brings everything in place, so that the journal is empty and stays so: giving the cluster locks
   * back, their owner's next step, finds nothing left to write. No call may follow.
   */
  @Override
  public void close() {
    timers.forEach(Lane.Timer::cancel);
    orphans.reap();
    parts.inodes().each(this::writeTimesIfAlive);
    parts.journal().close();
    slotLock.release(LockMode.EX);
  }
}
