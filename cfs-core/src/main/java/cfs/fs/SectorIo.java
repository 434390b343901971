package cfs.fs;

import cfs.journal.BlockStore;
import cfs.port.BlockDevice;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * Byte-addressed data I/O over a device that wants whole sectors in aligned memory: straight through where everything is
 * aligned, through a bounce buffer where not.
 */
final class SectorIo {
  /** Largest piece that goes through a bounce buffer. */
  static final int BOUNCE_BYTES = 1 << 20;

  private static final int POOLED = 16;

  private final BlockDevice device;
  private final int sector;
  private final ArrayBlockingQueue<MemorySegment> pool = new ArrayBlockingQueue<>(POOLED);

  SectorIo(BlockDevice device) {
    this.device = device;
    this.sector = device.sectorBytes();
  }

  /** Whole sectors. */
  boolean aligned(long offset, long length) {
    return ((offset | length) & (sector - 1)) == 0;
  }

  private boolean direct(long position, MemorySegment memory, long memoryOffset, long length) {
    return memory.isNative()
        && ((position | length | (memory.address() + memoryOffset)) & (sector - 1)) == 0;
  }

  private MemorySegment bounce() {
    MemorySegment pooled = pool.poll();
    return pooled != null ? pooled : BlockStore.aligned(BOUNCE_BYTES + 2L * FileContent.BLOCK);
  }

  void read(long position, MemorySegment to, long toOffset, int length) {
    if (direct(position, to, toOffset, length)) {
      device.read(position, to, toOffset, length);
      return;
    }
    MemorySegment buffer = bounce();
    int done = 0;
    while (done < length) {
      long at = position + done;
      int skew = (int) (at & (sector - 1));
      int here = Math.min(length - done, BOUNCE_BYTES - skew);
      device.read(at - skew, buffer, 0, up(skew + here));
      MemorySegment.copy(buffer, skew, to, toOffset + done, here);
      done += here;
    }
    pool.offer(buffer);
  }

  /** Whole sectors. */
  void write(long position, MemorySegment from, long fromOffset, int length) {
    if (direct(position, from, fromOffset, length)) {
      device.write(position, from, fromOffset, length);
      return;
    }
    MemorySegment buffer = bounce();
    for (int done = 0; done < length; done += BOUNCE_BYTES) {
      int here = Math.min(length - done, BOUNCE_BYTES);
      MemorySegment.copy(from, fromOffset + done, buffer, 0, here);
      device.write(position + done, buffer, 0, here);
    }
    pool.offer(buffer);
  }

  /** Any bytes of written blocks, reading the sectors at the edges; the caller keeps everybody else out. */
  void rewrite(long position, MemorySegment from, long fromOffset, int length) {
    if (aligned(position, length)) {
      write(position, from, fromOffset, length);
      return;
    }
    MemorySegment buffer = bounce();
    int skew = (int) (position & (sector - 1));
    long whole = up(skew + length);
    device.read(position - skew, buffer, 0, sector);
    if (whole > sector) {
      device.read(position - skew + whole - sector, buffer, whole - sector, sector);
    }
    MemorySegment.copy(from, fromOffset, buffer, skew, length);
    device.write(position - skew, buffer, 0, whole);
    pool.offer(buffer);
  }

  /** Whole blocks from {@code position}: zeroes, the bytes at {@code skew}, zeroes. */
  void writePadded(long position, int skew, MemorySegment from, long fromOffset, int length) {
    long whole = (skew + (long) length + FileContent.BLOCK - 1) / FileContent.BLOCK * FileContent.BLOCK;
    if (skew == 0 && whole == length && direct(position, from, fromOffset, length)) {
      device.write(position, from, fromOffset, length);
      return;
    }
    MemorySegment buffer = bounce();
    buffer.asSlice(0, skew).fill((byte) 0);
    MemorySegment.copy(from, fromOffset, buffer, skew, length);
    buffer.asSlice(skew + (long) length, whole - skew - length).fill((byte) 0);
    device.write(position, buffer, 0, whole);
    pool.offer(buffer);
  }

  private long up(long bytes) {
    return (bytes + sector - 1) & -sector;
  }
}
