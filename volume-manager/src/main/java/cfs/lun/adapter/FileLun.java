package cfs.lun.adapter;

import cfs.error.FsError;
import cfs.error.FsException;
import cfs.error.Invariant;
import cfs.lun.AlignedMemory;
import cfs.port.BlockDevice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Objects;

/** A LUN that is a regular file or a block device, opened O_DIRECT. Stateless per I/O: no copy, no allocation, no lock. */
final class FileLun implements BlockDevice {
  private static final long ZEROES_BYTES = 1L << 20;
  private static final MemorySegment ZEROES = AlignedMemory.allocate(Arena.global(), ZEROES_BYTES)
      .asReadOnly();

  private final SystemCalls system;
  private final String path;
  private final Descriptor descriptor;
  private final boolean isDevice;
  private final long sizeBytes;
  private final int sectorBytes;
  /**
   * Set for ever by the first failed flush of a regular file: the kernel reports lost metadata to one fdatasync only, and a
   * later success would say nothing about the earlier writes. A device repeats the failed flush, so there it is not set.
   */
  private volatile boolean isFlushLost;

  FileLun(SystemCalls system, String path, int number, boolean isDevice, long sizeBytes, int sectorBytes) {
    Invariant.check(sectorBytes == 512 || sectorBytes == 4096, "sector size", sectorBytes);
    this.system = system;
    this.path = path;
    this.descriptor = new Descriptor(system, path, number);
    this.isDevice = isDevice;
    this.sizeBytes = sizeBytes / sectorBytes * sectorBytes;
    this.sectorBytes = sectorBytes;
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public int sectorBytes() {
    return sectorBytes;
  }

  @Override
  public void read(long offset, MemorySegment buffer, long bufferOffset, long length) {
    long address = check(offset, buffer, bufferOffset, length);
    int number = descriptor.enter();
    try {
      long done = 0;
      while (done < length) {
        long answer = system.read(number, address + done, length - done, offset + done);
        done += progress("reading", answer, offset + done);
      }
    } finally {
      descriptor.leave();
      // The kernel knows the buffer by its number only: the collector must not free it meanwhile.
      Reference.reachabilityFence(buffer);
    }
  }

  @Override
  public void write(long offset, MemorySegment buffer, long bufferOffset, long length) {
    long address = check(offset, buffer, bufferOffset, length);
    int number = descriptor.enter();
    try {
      write(number, offset, address, length);
    } finally {
      descriptor.leave();
      Reference.reachabilityFence(buffer);
    }
  }

  private void write(int number, long offset, long address, long length) {
    long done = 0;
    while (done < length) {
      long answer = system.write(number, address + done, length - done, offset + done);
      done += progress("writing", answer, offset + done);
    }
  }

  /** Whole sectors of a transfer, at least one: a short one goes on at a sector, as O_DIRECT demands. */
  private long progress(String doing, long answer, long offset) {
    if (answer < 0) {
      throw Errno.failure(doing + " byte " + offset + " of", path, (int) -answer);
    }
    long whole = answer - answer % sectorBytes;
    if (whole == 0) {
      throw new FsException(FsError.IO, doing + " byte " + offset + " of " + path + " moved " + answer
          + " bytes: the LUN is shorter than the " + sizeBytes + " bytes it had when opened", null);
    }
    return whole;
  }

  @Override
  public void flush() {
    int number = descriptor.enter();
    try {
      if (isFlushLost) {
        throw new FsException(FsError.IO, "an earlier flush of " + path + " failed; open it again to go on");
      }
      int answer = system.flush(number);
      if (answer < 0) {
        isFlushLost = !isDevice;
        throw Errno.failure("flushing", path, -answer);
      }
    } finally {
      descriptor.leave();
    }
  }

  @Override
  public void writeZeroes(long offset, long length) {
    checkRange(offset, length);
    if (length == 0) {
      return;
    }
    int number = descriptor.enter();
    try {
      int answer = isDevice
          ? system.range(number, SystemCalls.BLKZEROOUT, offset, length)
          : system.fallocate(number, SystemCalls.FALLOC_FL_ZERO_RANGE | SystemCalls.FALLOC_FL_KEEP_SIZE,
              offset,
              length);
      if (answer < 0 && Errno.isUnsupported(-answer) && !isDevice) {
        answer = punchHole(number, offset, length);
      }
      if (answer < 0 && Errno.isUnsupported(-answer)) {
        writePlainZeroes(number, offset, length);
      } else if (answer < 0) {
        throw Errno.failure("zeroing byte " + offset + " of", path, -answer);
      }
    } finally {
      descriptor.leave();
    }
  }

  private void writePlainZeroes(int number, long offset, long length) {
    for (long done = 0; done < length; done += ZEROES_BYTES) {
      write(number, offset + done, ZEROES.address(), Math.min(ZEROES_BYTES, length - done));
    }
  }

  @Override
  public void discard(long offset, long length) {
    checkRange(offset, length);
    if (length == 0) {
      return;
    }
    int number = descriptor.enter();
    try {
      int answer = isDevice
          ? system.range(number, SystemCalls.BLKDISCARD, offset, length)
          : punchHole(number, offset, length);
      if (answer < 0 && !Errno.isUnsupported(-answer)) {
        throw Errno.failure("discarding byte " + offset + " of", path, -answer);
      }
    } finally {
      descriptor.leave();
    }
  }

  private int punchHole(int number, long offset, long length) {
    return system.fallocate(number, SystemCalls.FALLOC_FL_PUNCH_HOLE | SystemCalls.FALLOC_FL_KEEP_SIZE,
        offset,
        length);
  }

  @Override
  public void close() {
    descriptor.close();
  }

  private long check(long offset, MemorySegment buffer, long bufferOffset, long length) {
    checkRange(offset, length);
    Objects.checkFromIndexSize(bufferOffset, length, buffer.byteSize());
    Invariant.check(buffer.isNative() && buffer.scope().isAlive(), "buffer is live native memory");
    long address = buffer.address() + bufferOffset;
    Invariant.check(address % sectorBytes == 0, "buffer starts at a sector multiple", address);
    return address;
  }

  private void checkRange(long offset, long length) {
    Invariant.check(((offset | length) & (sectorBytes - 1)) == 0, "I/O is a multiple of the sector", offset);
    Invariant.check(offset >= 0 && length >= 0 && length <= sizeBytes - offset, "I/O is inside the LUN",
        offset);
  }

  @Override
  public String toString() {
    return path;
  }
}
