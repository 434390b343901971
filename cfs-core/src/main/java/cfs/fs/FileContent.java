package cfs.fs;

import cfs.alloc.Group;
import cfs.alloc.Run;
import cfs.error.FsError;
import cfs.error.FsException;
import cfs.error.Invariant;
import cfs.format.BlockHeader;
import cfs.format.ExtentRecord;
import cfs.format.InodeRecord;
import cfs.inode.Destruction;
import cfs.inode.Edit;
import cfs.inode.ExtentMap;
import cfs.inode.Inode;
import cfs.inode.Mapping;
import cfs.port.LockMode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Content of regular files.
 *
 * <p>Invariants: bytes of the last block beyond the size are zero on the LUN; a block is mapped as written only after its data
 * was written, and the commit's flush makes both durable. Overwrites of written blocks run in parallel under the local read lock
 * and the cluster lock in CW; everything else, also what needs read-modify-write of a sector, is alone under EX.
 */
final class FileContent {
  static final int BLOCK = BlockHeader.BLOCK;

  /** Largest file: the kernel's own limit. */
  static final long SIZE_MAX = Long.MAX_VALUE;

  /** Metadata blocks that mapping one run may take. */
  private static final int MAP_BLOCKS = 12;

  private static final int CREDITS = ExtentMap.CREDITS + 8;

  private final Parts parts;
  private final SectorIo io;
  private final MappingPool mappings = new MappingPool();

  FileContent(Parts parts) {
    this.parts = parts;
    this.io = new SectorIo(parts.store().device());
  }

  int read(Inode inode, long offset, MemorySegment to, long toOffset, int length) {
    inode.lockShared(LockMode.PR);
    try {
      return readLocked(inode, offset, to, toOffset, length);
    } finally {
      inode.unlockShared(LockMode.PR);
    }
  }

  int tryRead(Inode inode, long offset, MemorySegment to, long toOffset, int length) {
    if (!inode.tryLockShared(LockMode.PR)) {
      return FileSystem.NOT_NOW;
    }
    try {
      return readLocked(inode, offset, to, toOffset, length);
    } finally {
      inode.unlockShared(LockMode.PR);
    }
  }

  private int readLocked(Inode inode, long offset, MemorySegment to, long toOffset, int length) {
    if (offset < 0) {
      throw new FsException(FsError.INVALID);
    }
    int count = (int) Math.min(length, Math.max(0, inode.size() - offset));
    if (inode.kind() == InodeRecord.INLINE) {
      if (count > 0) {
        MemorySegment.copy(inode.inline(), offset, to, toOffset, count);
      }
      return count;
    }
    Mapping m = mappings.take();
    int done = 0;
    while (done < count) {
      done += readRun(inode, m, offset + done, to, toOffset + done, count - done);
    }
    mappings.give(m);
    return count;
  }

  /** Reads from one extent or hole; answers how much. */
  private int readRun(Inode inode, Mapping m, long at, MemorySegment to, long toOffset, int length) {
    inode.extents().find(at / BLOCK, m);
    int inBlock = (int) (at % BLOCK);
    int here = (int) Math.min(length, bytes(m.count()) - inBlock);
    if (m.written()) {
      io.read(m.volumeBlock() * BLOCK + inBlock, to, toOffset, here);
    } else {
      to.asSlice(toOffset, here).fill((byte) 0);
    }
    return here;
  }

  private static long bytes(long blocks) {
    return blocks > Long.MAX_VALUE / BLOCK ? Long.MAX_VALUE : blocks * BLOCK;
  }

  int tryWrite(Inode inode, long offset, MemorySegment from, long fromOffset, int length) {
    if (!inode.tryLockShared(LockMode.CW)) {
      return FileSystem.NOT_NOW;
    }
    try {
      return overwrite(inode, offset, from, fromOffset, length) ? length : FileSystem.NOT_NOW;
    } finally {
      inode.unlockShared(LockMode.CW);
    }
  }

  void write(Inode inode, boolean append, long offset, MemorySegment from, long fromOffset, int length) {
    if (length == 0) {
      return;
    }
    if (offset < 0 && !append) {
      throw new FsException(FsError.INVALID);
    }
    if (!append && overwritable(inode, offset, length)) {
      inode.lockShared(LockMode.CW);
      try {
        if (overwrite(inode, offset, from, fromOffset, length)) {
          return;
        }
      } finally {
        inode.unlockShared(LockMode.CW);
      }
    }
    inode.lockExclusive();
    try {
      writeExclusive(inode, append ? inode.size() : offset, from, fromOffset, length);
    } finally {
      inode.unlockExclusive();
    }
  }

  /** Whether asking for CW is worth a message: a guess, made without locks. */
  private boolean overwritable(Inode inode, long offset, int length) {
    LockMode cached = inode.lock().cached();
    return io.aligned(offset, length) && (cached != LockMode.NL || inode.contended());
  }

  /** Writes if all of it lies in written blocks; false with nothing done otherwise. */
  private boolean overwrite(Inode inode, long offset, MemorySegment from, long fromOffset, int length) {
    if (inode.kind() != InodeRecord.EXTENTS
        || !io.aligned(offset, length)
        || offset < 0
        || offset > inode.size() - length) {
      return false;
    }
    Mapping m = mappings.take();
    boolean written = allWritten(inode, m, offset, length);
    for (int done = 0; written && done < length;) {
      long position = offset + done;
      inode.extents().find(position / BLOCK, m);
      int here = (int) Math.min(length - done, bytes(m.count()) - position % BLOCK);
      io.write(m.volumeBlock() * BLOCK + position % BLOCK, from, fromOffset + done, here);
      done += here;
    }
    mappings.give(m);
    if (written) {
      inode.modifiedLazily(parts.now());
    }
    return written;
  }

  private static boolean allWritten(Inode inode, Mapping m, long offset, int length) {
    long end = (offset + length + BLOCK - 1) / BLOCK;
    for (long block = offset / BLOCK; block < end; block += m.count()) {
      inode.extents().find(block, m);
      if (!m.written()) {
        return false;
      }
    }
    return true;
  }

  private void writeExclusive(Inode inode, long offset, MemorySegment from, long fromOffset, int length) {
    if (offset > SIZE_MAX - length) {
      throw new FsException(FsError.FILE_TOO_BIG);
    }
    finishTruncate(inode);
    long end = offset + length;
    if (inode.kind() == InodeRecord.INLINE && end <= InodeRecord.PAYLOAD_BYTES) {
      parts.journal().run(2, tx -> {
        inode.change(tx);
        MemorySegment.copy(from, fromOffset, inode.inline(), offset, length);
        grown(inode, tx, end);
      });
      return;
    }
    toExtents(inode);
    ExtentMap map = inode.extents();
    Mapping m = new Mapping();
    int done = 0;
    while (done < length) {
      long at = offset + done;
      map.find(at / BLOCK, m);
      if (!m.allocated()) {
        allocate(inode, at / BLOCK, blockAfter(end), Math.max(end, inode.size()));
        map.find(at / BLOCK, m);
      }
      int inBlock = (int) (at % BLOCK);
      int here = (int) Math.min(Math.min(length - done, SectorIo.BOUNCE_BYTES - BLOCK),
          bytes(m.count()) - inBlock);
      if (m.unwritten()) {
        writeFresh(inode, at, m, from, fromOffset + done, here);
      } else {
        io.rewrite(m.volumeBlock() * BLOCK + inBlock, from, fromOffset + done, here);
      }
      done += here;
    }
    parts.journal().run(2, tx -> grown(inode, tx, end));
  }

  private static long blockAfter(long bytes) {
    return bytes / BLOCK + (bytes % BLOCK == 0 ? 0 : 1);
  }

  private void grown(Inode inode, cfs.journal.Transaction tx, long end) {
    if (end > inode.size()) {
      inode.putU64(tx, InodeRecord.SIZE, end);
    }
    modified(inode, tx);
  }

  void modified(Inode inode, cfs.journal.Transaction tx) {
    inode.writeTimes(tx);
    long now = parts.now();
    inode.putU64(tx, InodeRecord.MODIFY, now);
    inode.putU64(tx, InodeRecord.CHANGE, now);
  }

  /** Data into allocated, unwritten blocks: whole blocks, padded with zeroes; then they are mapped as written. */
  private void writeFresh(Inode inode, long at, Mapping m, MemorySegment from, long fromOffset, int length) {
    int inBlock = (int) (at % BLOCK);
    long volumeBlock = m.volumeBlock();
    io.writePadded(volumeBlock * BLOCK, inBlock, from, fromOffset, length);
    int count = (int) blockAfter(inBlock + (long) length);
    mapping(inode, edit -> inode.extents().setWritten(edit, at / BLOCK, count));
  }

  private interface MapChange {
    void apply(Edit edit);
  }

  private void mapping(Inode inode, MapChange change) {
    Group group = parts.allocator().lock(inode.number(), MAP_BLOCKS, false);
    try {
      parts.journal().run(CREDITS, tx -> change.apply(new Edit(tx, group)));
    } finally {
      parts.allocator().unlock(group);
    }
  }

  /** Inline content moves to a block of its own. */
  void toExtents(Inode inode) {
    if (inode.kind() != InodeRecord.INLINE) {
      return;
    }
    int size = (int) inode.size();
    if (size == 0) {
      parts.journal().run(2, tx -> inode.kind(tx, InodeRecord.EXTENTS));
      return;
    }
    byte[] content = inode.inline().asSlice(0, size).toArray(ValueLayout.JAVA_BYTE);
    Group group = parts.allocator().lock(inode.number(), MAP_BLOCKS, true);
    try {
      parts.journal().run(CREDITS, tx -> {
        Run run = group.allocateData(tx, -1, 1);
        Invariant.check(run != null, "the group was asked for data blocks");
        if (run != null) {
          io.writePadded(run.start() * BLOCK, 0, MemorySegment.ofArray(content), 0, size);
          inode.kind(tx, InodeRecord.EXTENTS);
          ExtentRecord extent = new ExtentRecord(run.start(), 1, 0, inode.epoch());
          inode.extents().insert(new Edit(tx, group), 0, extent);
          inode.addBlocks(tx, 1);
        }
      });
    } finally {
      parts.allocator().unlock(group);
    }
  }

  /** Blocks are given in units of this size in large files, so that random writes do not tear a disk image to pieces. */
  static long unitBlocks(long sizeBytes) {
    return sizeBytes >= 64L << 20 ? 256 : sizeBytes >= 1L << 20 ? 16 : 1;
  }

  /** Allocates, as unwritten, at least the block and at best all of the hole up to {@code until} and the unit around it. */
  private void allocate(Inode inode, long block, long until, long sizeBytes) {
    ExtentMap map = inode.extents();
    Mapping m = new Mapping();
    long unit = unitBlocks(sizeBytes);
    long first = block / unit * unit;
    long goal = -1;
    for (long b = first; b < block; b += m.count()) {
      map.find(b, m);
      if (m.allocated()) {
        first = b + m.count();
      }
    }
    if (first > 0) {
      map.find(first - 1, m);
      goal = m.allocated() ? m.volumeBlock() + 1 : -1;
    }
    long limit = Math.min((until + unit - 1) / unit * unit, Math.max(until, blockAfter(sizeBytes)));
    map.find(first, m);
    Invariant.check(!m.allocated(), "a hole to be filled", first);
    long want = Math.min(m.count(), limit - first);
    long from = first;
    allocateRun(inode, from, want, goal, block);
  }

  private void allocateRun(Inode inode, long first, long want, long goal, long needed) {
    long start = first;
    long nextGoal = goal;
    // A fragmented group may give the unit's head only: until the block that is needed has one.
    while (start <= needed) {
      Run run = allocatePiece(inode, start, (int) Math.min(want - (start - first), 1 << 20), nextGoal);
      start += run.count();
      nextGoal = run.end();
    }
  }

  private Run allocatePiece(Inode inode, long fileBlock, int want, long goal) {
    Group group = parts.allocator().lock(goal >= 0 ? goal : -1, MAP_BLOCKS, true);
    try {
      Run[] got = new Run[1];
      parts.journal().run(CREDITS + 48, tx -> {
        Run run = group.allocateData(tx, goal, want);
        Invariant.check(run != null, "the group was asked for data blocks");
        if (run != null) {
          ExtentRecord extent = new ExtentRecord(run.start(), run.count(), ExtentRecord.UNWRITTEN,
              inode.epoch());
          inode.extents().insert(new Edit(tx, group), fileBlock, extent);
          inode.addBlocks(tx, run.count());
          got[0] = run;
        }
      });
      return got[0];
    } finally {
      parts.allocator().unlock(group);
    }
  }

  /** Reserves blocks for every hole in the range; under exclusive locks. */
  void preallocate(Inode inode, long offset, long length) {
    finishTruncate(inode);
    toExtents(inode);
    ExtentMap map = inode.extents();
    Mapping m = new Mapping();
    long end = blockAfter(offset + length);
    long block = offset / BLOCK;
    while (block < end) {
      map.find(block, m);
      if (!m.allocated()) {
        long goal = -1;
        long hole = Math.min(m.count(), end - block);
        if (block > 0) {
          map.find(block - 1, m);
          goal = m.allocated() ? m.volumeBlock() + 1 : -1;
        }
        block += allocatePiece(inode, block, (int) Math.min(hole, 1 << 20), goal).count();
      } else {
        block += m.count();
      }
    }
  }

  /** Sets the size; under exclusive locks. */
  void truncate(Inode inode, long size) {
    if (size < 0) {
      throw new FsException(FsError.INVALID);
    }
    finishTruncate(inode);
    if (inode.kind() == InodeRecord.INLINE && size > InodeRecord.PAYLOAD_BYTES) {
      toExtents(inode);
    }
    if (inode.kind() == InodeRecord.INLINE) {
      parts.journal().run(2, tx -> {
        inode.change(tx);
        if (size < inode.size()) {
          inode.inline().asSlice(size, inode.size() - size).fill((byte) 0);
        }
        inode.putU64(tx, InodeRecord.SIZE, size);
        modified(inode, tx);
      });
      return;
    }
    boolean shrinks = size < inode.size();
    if (shrinks && size % BLOCK != 0) {
      zero(inode, size, BLOCK - size % BLOCK);
    }
    parts.journal().run(2, tx -> {
      inode.putU64(tx, InodeRecord.SIZE, size);
      modified(inode, tx);
      if (shrinks) {
        inode.putU32(tx, InodeRecord.FLAGS, inode.getU32(InodeRecord.FLAGS) | InodeRecord.TRUNCATING);
      }
    });
    finishTruncate(inode);
  }

  /** Removes what a truncate left beyond the size, also one that was cut short by a crash. */
  private void finishTruncate(Inode inode) {
    if ((inode.getU32(InodeRecord.FLAGS) & InodeRecord.TRUNCATING) == 0) {
      return;
    }
    removeRange(inode, blockAfter(inode.size()), Long.MAX_VALUE);
    parts.journal().run(2, tx -> {
      inode.putU32(tx, InodeRecord.FLAGS, inode.getU32(InodeRecord.FLAGS) & ~InodeRecord.TRUNCATING);
      if (inode.size() == 0 && inode.getU64(InodeRecord.BLOCKS) == 0) {
        inode.kind(tx, InodeRecord.INLINE);
      }
    });
  }

  private void removeRange(Inode inode, long from, long to) {
    new Destruction(parts.store(), parts.journal(), parts.allocator()).removeRange(inode, from, to);
  }

  /** Zeroes bytes of written blocks in place; holes and unwritten blocks are zero as they are. */
  private void zero(Inode inode, long offset, long length) {
    ExtentMap map = inode.extents();
    Mapping m = new Mapping();
    long done = 0;
    while (done < length) {
      long at = offset + done;
      map.find(at / BLOCK, m);
      long here = Math.min(Math.min(length - done, BLOCK), bytes(m.count()) - at % BLOCK);
      if (m.written()) {
        MemorySegment zeroes = MemorySegment.ofArray(new byte[(int) here]);
        io.rewrite(m.volumeBlock() * BLOCK + at % BLOCK, zeroes, 0, (int) here);
      }
      done += m.written() ? here : Math.min(length - done, bytes(m.count()) - at % BLOCK);
    }
  }

  /** Makes a range read as zeroes and gives its whole blocks back; under exclusive locks. */
  void punch(Inode inode, long offset, long length) {
    finishTruncate(inode);
    if (inode.kind() == InodeRecord.INLINE) {
      long end = Math.min(inode.size(), offset + length);
      parts.journal().run(2, tx -> {
        inode.change(tx);
        if (offset < end) {
          inode.inline().asSlice(offset, end - offset).fill((byte) 0);
        }
        modified(inode, tx);
      });
      return;
    }
    long firstWhole = blockAfter(offset);
    long endWhole = (offset + length) / BLOCK;
    if (firstWhole >= endWhole) {
      long head = Math.min(length, firstWhole * BLOCK - offset);
      zero(inode, offset, head);
      zero(inode, offset + head, length - head);
    } else {
      zero(inode, offset, firstWhole * BLOCK - offset);
      removeRange(inode, firstWhole, endWhole);
      zero(inode, endWhole * BLOCK, offset + length - endWhole * BLOCK);
    }
    parts.journal().run(2, tx -> modified(inode, tx));
  }

  /** SEEK_DATA = 3, SEEK_HOLE = 4; unwritten blocks count as holes. */
  long seek(Inode inode, long offset, int whence) {
    boolean wantData = whence == 3;
    if (!wantData && whence != 4) {
      throw new FsException(FsError.INVALID);
    }
    inode.lockShared(LockMode.PR);
    try {
      long size = inode.size();
      if (offset < 0 || offset >= size) {
        throw new FsException(FsError.NO_DEVICE_ADDRESS);
      }
      if (inode.kind() == InodeRecord.INLINE) {
        return wantData ? offset : size;
      }
      ExtentMap map = inode.extents();
      Mapping m = new Mapping();
      long at = offset;
      while (at < size) {
        map.find(at / BLOCK, m);
        if (m.written() == wantData) {
          return at;
        }
        long skip = bytes(m.count());
        at = skip > Long.MAX_VALUE - at ? size : (at / BLOCK * BLOCK) + skip;
      }
      if (wantData) {
        throw new FsException(FsError.NO_DEVICE_ADDRESS);
      }
      return size;
    } finally {
      inode.unlockShared(LockMode.PR);
    }
  }
}
