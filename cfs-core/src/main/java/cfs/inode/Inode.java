package cfs.inode;

import static cfs.format.Fields.getInt;
import static cfs.format.Fields.getLong;
import static cfs.format.Fields.getShort;
import static cfs.format.Fields.putInt;
import static cfs.format.Fields.putLong;
import static cfs.format.Fields.putShort;

import cfs.error.CorruptionException;
import cfs.error.FsError;
import cfs.error.FsException;
import cfs.error.Invariant;
import cfs.format.BlockHeader;
import cfs.format.BlockType;
import cfs.format.InodeRecord;
import cfs.fs.Attributes;
import cfs.journal.BlockStore;
import cfs.journal.MetaBlock;
import cfs.journal.OwnedBlocks;
import cfs.journal.Transaction;
import cfs.port.ClusterLock;
import cfs.port.LockMode;
import cfs.tree.BTree;
import cfs.tree.Page;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * One inode in memory: its locks, its block and its trees.
 *
 * <p>Locks: first the cluster lock, then {@code local}. Content is readable under (PR, CW or EX) with the local read lock and
 * changed under EX with the local write lock inside a transaction. Invariant: {@code record} is set only while the cluster lock
 * is held in a mode other than NL.
 */
public final class Inode {
  private final long number;
  private final ClusterLock lock;
  private final ClusterLock openLock;
  private final BlockStore store;
  private final OwnedBlocks blocks;
  private final ReentrantReadWriteLock local = new ReentrantReadWriteLock();
  private final Object loading = new Object();

  private final InodeTree payloadTree = new InodeTree(this, InodeRecord.PAYLOAD, InodeRecord.PAYLOAD_BYTES);
  private final InodeTree xattrTree = new InodeTree(this, InodeRecord.XATTRS, InodeRecord.XATTR_BYTES);
  private final BTree payload = new BTree(payloadTree);
  private final BTree xattrs = new BTree(xattrTree);

  private final ExtentMap extents;

  private volatile @Nullable MetaBlock record;

  /** Time of the last overwrite that is not in the block yet (lazy mtime); 0 = none. */
  private final AtomicLong pendingModify = new AtomicLong();

  /** Generation that the kernel was told; 0 = it was told none. */
  private volatile long kernelGeneration;

  /** Another host wanted to write while this one did: from now on overwrites ask for CW instead of EX. */
  private volatile boolean contended;

  /** Open files on this host; an inode is not freed while there are any. Changed under {@code openGuard}. */
  private volatile int opens;

  private final ReentrantLock openGuard = new ReentrantLock();

  /** References of running calls, open files and the kernel; guarded by the table's entry. */
  long users;

  Inode(long number, ClusterLock lock, ClusterLock openLock, BlockStore store) {
    this.number = number;
    this.lock = lock;
    this.openLock = openLock;
    this.store = store;
    this.blocks = new OwnedBlocks(number, store);
    this.extents = new ExtentMap(this, store.geometry());
  }

  public long number() {
    return number;
  }

  public ClusterLock lock() {
    return lock;
  }

  /** Held in PR while anyone on this host has the inode open. */
  public ClusterLock openLock() {
    return openLock;
  }

  public OwnedBlocks blocks() {
    return blocks;
  }

  /** Locks for reading: {@code mode} is PR, or CW for in-place overwrites. */
  public void lockShared(LockMode mode) {
    lock.acquire(mode);
    local.readLock().lock();
    try {
      load();
    } catch (RuntimeException e) {
      unlockShared(mode);
      throw e;
    }
  }

  /** As lockShared, but only if nothing has to be waited for or read. */
  public boolean tryLockShared(LockMode mode) {
    if (!lock.tryAcquire(mode)) {
      return false;
    }
    if (local.readLock().tryLock()) {
      if (record != null) {
        return true;
      }
      local.readLock().unlock();
    }
    lock.release(mode);
    return false;
  }

  public void unlockShared(LockMode mode) {
    local.readLock().unlock();
    lock.release(mode);
  }

  public void lockExclusive() {
    lock.acquire(LockMode.EX);
    local.writeLock().lock();
    try {
      load();
    } catch (RuntimeException e) {
      unlockExclusive();
      throw e;
    }
  }

  /** As lockExclusive, but also for an inode that was marked as freed and waits to be given back. */
  public void lockExclusiveEvenFreed() {
    lock.acquire(LockMode.EX);
    local.writeLock().lock();
    try {
      load(true);
    } catch (RuntimeException e) {
      unlockExclusive();
      throw e;
    }
  }

  /**
   * For an inode that is about to be created here: nothing is read. False when another host did not let go in time, or when
   * a thread of this host holds it. That one is never waited for: the caller holds a group, and a thread that gives inodes
   * back holds the inode's lock while it waits for the group.
   */
  public boolean lockNew(long timeoutNanos) {
    if (!lock.acquire(LockMode.EX, timeoutNanos)) {
      return false;
    }
    if (!local.writeLock().tryLock()) {
      lock.release(LockMode.EX);
      return false;
    }
    return true;
  }

  public void unlockExclusive() {
    local.writeLock().unlock();
    lock.release(LockMode.EX);
  }

  /** For the demotion of the cluster lock, which the caller still holds though nobody has it pinned. */
  public ReentrantReadWriteLock.WriteLock localExclusive() {
    return local.writeLock();
  }

  private void load() {
    load(false);
  }

  private void load(boolean evenFreed) {
    if (record != null) {
      return;
    }
    synchronized (loading) {
      if (record == null) {
        record = read(evenFreed);
      }
    }
  }

  private MetaBlock read(boolean evenFreed) {
    byte[] bytes = store.readValid(number);
    MemorySegment image = MemorySegment.ofArray(bytes);
    if (BlockHeader.type(image) != BlockType.INODE
        || BlockHeader.owner(image) != number
        || getInt(image, InodeRecord.MODE) == 0 && !evenFreed) {
      throw new FsException(FsError.STALE);
    }
    MetaBlock block = blocks.get(number, BlockType.INODE);
    requirePage(block, InodeRecord.XATTRS, InodeRecord.XATTR_BYTES);
    int kind = getShort(block.image(), InodeRecord.PAYLOAD_KIND);
    if (kind == InodeRecord.EXTENTS || kind == InodeRecord.DIRECTORY) {
      requirePage(block, InodeRecord.PAYLOAD, InodeRecord.PAYLOAD_BYTES);
    }
    long size = getLong(block.image(), InodeRecord.SIZE);
    if (size < 0 || kind == InodeRecord.INLINE && size > InodeRecord.PAYLOAD_BYTES) {
      throw new CorruptionException(number, "a possible size of inode " + number, "size " + size);
    }
    return block;
  }

  private void requirePage(MetaBlock block, long offset, int length) {
    String complaint = Page.verify(block.image(), offset, length);
    if (complaint != null) {
      blocks.clear();
      throw new CorruptionException(number, "a root page of inode " + number, complaint);
    }
  }

  public boolean loaded() {
    return record != null;
  }

  /** Nothing of it is known any more; the cluster lock goes. */
  public void forget() {
    record = null;
    blocks.clear();
  }

  /** Makes this block an inode, in the transaction that allocated it. */
  public void create(Transaction tx, long version, long epoch, int mode, long nowNanos) {
    Invariant.check(record == null || getInt(image(), InodeRecord.MODE) == 0, "an inode is created over one",
        number);
    blocks.clear();
    MetaBlock block = blocks.create(tx, number, BlockType.INODE, version, epoch);
    MemorySegment s = block.image();
    // The version only grows over all lives of the block: no other generation of it was or will be the same.
    putLong(s, InodeRecord.GENERATION, version);
    putInt(s, InodeRecord.MODE, mode);
    putLong(s, InodeRecord.ACCESS, nowNanos);
    putLong(s, InodeRecord.MODIFY, nowNanos);
    putLong(s, InodeRecord.CHANGE, nowNanos);
    putLong(s, InodeRecord.BIRTH, nowNanos);
    BTree.format(s, InodeRecord.XATTRS, InodeRecord.XATTR_BYTES);
    record = block;
    pendingModify.set(0);
    kernelGeneration = 0;
  }

  MemorySegment image() {
    MetaBlock r = record;
    if (r == null) {
      throw new IllegalStateException("inode " + number + " is used before it is loaded");
    }
    return r.image();
  }

  public MetaBlock record() {
    MetaBlock r = record;
    Invariant.check(r != null, "inode is not loaded", number);
    return java.util.Objects.requireNonNull(r);
  }

  /** Before a change of the inode block. */
  public void change(Transaction tx) {
    tx.change(blocks, record());
  }

  public long getU64(long field) {
    return getLong(image(), field);
  }

  public int getU32(long field) {
    return getInt(image(), field);
  }

  public void putU64(Transaction tx, long field, long value) {
    change(tx);
    putLong(image(), field, value);
  }

  public void putU32(Transaction tx, long field, int value) {
    change(tx);
    putInt(image(), field, value);
  }

  public int kind() {
    return getShort(image(), InodeRecord.PAYLOAD_KIND);
  }

  /** Sets what the payload area holds and empties it. */
  public void kind(Transaction tx, int kind) {
    change(tx);
    putShort(image(), InodeRecord.PAYLOAD_KIND, kind);
    image().asSlice(InodeRecord.PAYLOAD, InodeRecord.PAYLOAD_BYTES).fill((byte) 0);
    if (kind == InodeRecord.EXTENTS || kind == InodeRecord.DIRECTORY) {
      BTree.format(image(), InodeRecord.PAYLOAD, InodeRecord.PAYLOAD_BYTES);
    }
  }

  /** The payload area, for inline content. */
  public MemorySegment inline() {
    return image().asSlice(InodeRecord.PAYLOAD, InodeRecord.PAYLOAD_BYTES);
  }

  public long epoch() {
    return BlockHeader.birthEpoch(image());
  }

  public long size() {
    return getLong(image(), InodeRecord.SIZE);
  }

  public int mode() {
    return getInt(image(), InodeRecord.MODE);
  }

  public int type() {
    return mode() & Attributes.TYPE_MASK;
  }

  public int linkCount() {
    return getInt(image(), InodeRecord.LINK_COUNT);
  }

  public long generation() {
    return getLong(image(), InodeRecord.GENERATION);
  }

  public void addBlocks(Transaction tx, long delta) {
    putU64(tx, InodeRecord.BLOCKS, getU64(InodeRecord.BLOCKS) + delta);
  }

  public boolean contended() {
    return contended;
  }

  public void contended(boolean value) {
    contended = value;
  }

  public int opens() {
    return opens;
  }

  /**
   * One more open file: the first pins the OPEN lock for all, since a second pin could wait behind another host that waits for
   * the first to go. Before the inode's own locks; whoever frees the inode under the exclusive ones sees the count.
   */
  @SuppressWarnings("NonAtomicVolatileUpdate") // Only written under the guard.
  public void pinOpen() {
    openGuard.lock();
    try {
      if (opens == 0) {
        openLock.acquire(LockMode.PR);
      }
      opens++;
    } finally {
      openGuard.unlock();
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate")
  public void unpinOpen() {
    openGuard.lock();
    try {
      opens--;
      if (opens == 0) {
        openLock.release(LockMode.PR);
      }
    } finally {
      openGuard.unlock();
    }
  }

  /** Where the blocks of a file with extents are. */
  public ExtentMap extents() {
    return extents;
  }

  BTree payload() {
    return payload;
  }

  InodeTree payloadTree() {
    return payloadTree;
  }

  BTree xattrs() {
    return xattrs;
  }

  InodeTree xattrTree() {
    return xattrTree;
  }

  /** Remembers an overwrite whose mtime is written later, with the next change or hand-over. */
  public void modifiedLazily(long nowNanos) {
    pendingModify.set(nowNanos);
  }

  public boolean timesPending() {
    return pendingModify.get() != 0;
  }

  /** Brings the lazy mtime into the block. */
  public void writeTimes(Transaction tx) {
    long pending = pendingModify.getAndSet(0);
    if (pending != 0) {
      putU64(tx, InodeRecord.MODIFY, Math.max(pending, getU64(InodeRecord.MODIFY)));
      putU64(tx, InodeRecord.CHANGE, Math.max(pending, getU64(InodeRecord.CHANGE)));
    }
  }

  /** The kernel learns this life of the inode. */
  public void knownToKernel() {
    kernelGeneration = generation();
  }

  /** Throws STALE when the kernel's inode is an earlier life of this block. */
  public void requireCurrent() {
    long known = kernelGeneration;
    if (mode() == 0 || known != 0 && known != generation()) {
      throw new FsException(FsError.STALE);
    }
  }

  public Attributes attributes() {
    MemorySegment s = image();
    long pending = pendingModify.get();
    boolean directory = type() == Attributes.DIRECTORY;
    return new Attributes(
        number,
        generation(),
        mode(),
        linkCount(),
        getInt(s, InodeRecord.UID),
        getInt(s, InodeRecord.GID),
        getInt(s, InodeRecord.RDEV),
        directory ? Math.max(BlockHeader.BLOCK, getU64(InodeRecord.BLOCKS) * BlockHeader.BLOCK) : size(),
        getU64(InodeRecord.BLOCKS) * (BlockHeader.BLOCK / 512),
        getLong(s, InodeRecord.ACCESS),
        Math.max(pending, getLong(s, InodeRecord.MODIFY)),
        Math.max(pending, getLong(s, InodeRecord.CHANGE)));
  }
}
