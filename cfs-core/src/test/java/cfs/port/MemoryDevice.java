package cfs.port;

import cfs.error.FsError;
import cfs.error.FsException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * A LUN in memory for tests: sparse, so that any size is cheap, and as strict about alignment as O_DIRECT is. Can record
 * what is written, from which a test makes every state that a crash may leave.
 */
public final class MemoryDevice implements BlockDevice {
  private static final int PAGE = 64 << 10;

  /** One recorded call. */
  public sealed interface Change {
    record Write(long offset, byte[] bytes) implements Change {}

    record Zeroes(long offset, long length) implements Change {}

    record Flush() implements Change {}
  }

  private final int sectorBytes;
  // Keys are page numbers, unsigned as offsets are; below 2^48, hence in natural order.
  private final TreeMap<Long, byte[]> pages = new TreeMap<>();
  private final List<Change> recorded = new ArrayList<>();
  private long sizeBytes;
  private boolean recording;
  private boolean closed;

  /** @param sizeBytes unsigned, a multiple of the sector size */
  public MemoryDevice(long sizeBytes) {
    this(sizeBytes, 512);
  }

  public MemoryDevice(long sizeBytes, int sectorBytes) {
    this.sizeBytes = sizeBytes;
    this.sectorBytes = sectorBytes;
  }

  /** An independent device with the same content. */
  public synchronized MemoryDevice copy() {
    MemoryDevice copy = new MemoryDevice(sizeBytes, sectorBytes);
    pages.forEach((number, bytes) -> copy.pages.put(number, bytes.clone()));
    return copy;
  }

  public synchronized void grow(long newSizeBytes) {
    if (Long.compareUnsigned(newSizeBytes, sizeBytes) < 0) {
      throw new IllegalArgumentException("a LUN does not shrink");
    }
    sizeBytes = newSizeBytes;
  }

  /** Starts to record changes, forgetting what was recorded before. */
  public synchronized void record() {
    recorded.clear();
    recording = true;
  }

  public synchronized List<Change> recorded() {
    return List.copyOf(recorded);
  }

  /** Does a recorded change on this device. */
  public synchronized void apply(Change change) {
    switch (change) {
      case Change.Write w -> put(w.offset(), MemorySegment.ofArray(w.bytes()), 0, w.bytes().length);
      case Change.Zeroes z -> zero(z.offset(), z.length());
      case Change.Flush f -> {
      }
    }
  }

  /** Bytes that pages of this device take in memory. */
  public synchronized long allocatedBytes() {
    return (long) pages.size() * PAGE;
  }

  @Override
  public synchronized long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public int sectorBytes() {
    return sectorBytes;
  }

  @Override
  public synchronized void read(long offset, MemorySegment buffer, long bufferOffset, long length) {
    check(offset, buffer, bufferOffset, length);
    for (long done = 0; done < length;) {
      byte[] page = pages.get((offset + done) >>> 16);
      int at = (int) (offset + done) & PAGE - 1;
      int count = (int) Math.min(length - done, PAGE - at);
      if (page == null) {
        buffer.asSlice(bufferOffset + done, count).fill((byte) 0);
      } else {
        MemorySegment.copy(page, at, buffer, ValueLayout.JAVA_BYTE, bufferOffset + done, count);
      }
      done += count;
    }
  }

  @Override
  public synchronized void write(long offset, MemorySegment buffer, long bufferOffset, long length) {
    check(offset, buffer, bufferOffset, length);
    put(offset, buffer, bufferOffset, length);
    if (recording) {
      byte[] bytes = buffer.asSlice(bufferOffset, length).toArray(ValueLayout.JAVA_BYTE);
      recorded.add(new Change.Write(offset, bytes));
    }
  }

  private void put(long offset, MemorySegment from, long fromOffset, long length) {
    for (long done = 0; done < length;) {
      byte[] page = pages.computeIfAbsent((offset + done) >>> 16, p -> new byte[PAGE]);
      int at = (int) (offset + done) & PAGE - 1;
      int count = (int) Math.min(length - done, PAGE - at);
      MemorySegment.copy(from, ValueLayout.JAVA_BYTE, fromOffset + done, page, at, count);
      done += count;
    }
  }

  @Override
  public synchronized void flush() {
    checkOpen();
    if (recording) {
      recorded.add(new Change.Flush());
    }
  }

  @Override
  public synchronized void writeZeroes(long offset, long length) {
    checkRange(offset, length);
    zero(offset, length);
    if (recording) {
      recorded.add(new Change.Zeroes(offset, length));
    }
  }

  /** Whole pages vanish; so zeroing all of an exabyte costs what was written to it. */
  private void zero(long offset, long length) {
    if (length == 0) {
      return;
    }
    long last = offset + length - 1;
    long firstPage = offset >>> 16;
    long lastPage = last >>> 16;
    var inside = pages.subMap(firstPage, true, lastPage, true);
    inside.entrySet().removeIf(e -> {
      int from = e.getKey() == firstPage ? (int) offset & PAGE - 1 : 0;
      int to = e.getKey() == lastPage ? ((int) last & PAGE - 1) + 1 : PAGE;
      if (from == 0 && to == PAGE) {
        return true;
      }
      Arrays.fill(e.getValue(), from, to, (byte) 0);
      return false;
    });
  }

  /** Fills with a pattern, the worst that the contract allows. */
  @Override
  public synchronized void discard(long offset, long length) {
    checkRange(offset, length);
    long last = offset + length - 1;
    pages.subMap(offset >>> 16, true, last >>> 16, true).forEach((number, bytes) -> {
      int from = number == offset >>> 16 ? (int) offset & PAGE - 1 : 0;
      int to = number == last >>> 16 ? ((int) last & PAGE - 1) + 1 : PAGE;
      Arrays.fill(bytes, from, to, (byte) 0xdc);
    });
  }

  @Override
  public synchronized void close() {
    closed = true;
  }

  private void check(long offset, MemorySegment buffer, long bufferOffset, long length) {
    checkRange(offset, length);
    if (!buffer.isNative() || (buffer.address() + bufferOffset) % sectorBytes != 0) {
      throw new IllegalArgumentException("the buffer is not native memory aligned to " + sectorBytes);
    }
    if (bufferOffset < 0 || bufferOffset > buffer.byteSize() - length) {
      throw new IllegalArgumentException("the buffer is too small");
    }
  }

  private void checkRange(long offset, long length) {
    checkOpen();
    if (offset % sectorBytes != 0 || length % sectorBytes != 0 || length < 0) {
      throw new IllegalArgumentException("offset " + offset + " or length " + length + " is not aligned");
    }
    if (Long.compareUnsigned(offset, sizeBytes) > 0 || Long.compareUnsigned(length, sizeBytes - offset) > 0) {
      throw new IllegalArgumentException("access beyond the end at " + Long.toUnsignedString(offset));
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new FsException(FsError.IO, "the device is closed");
    }
  }
}
