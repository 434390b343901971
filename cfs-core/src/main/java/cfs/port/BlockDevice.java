package cfs.port;

import java.lang.foreign.MemorySegment;

/**
 * Something with addressable bytes that survive: a LUN, or a volume over several. All calls block and are thread-safe.
 *
 * <p>Offsets and lengths are in bytes and multiples of {@link #sectorBytes()}; buffers are native memory whose used part
 * starts at a multiple of {@link #sectorBytes()} (O_DIRECT). A violation is a bug of the caller. Failures are
 * {@code FsException(IO)}, writes of a host without a valid lease are {@code FencedException}.
 *
 * <p>A sector is written whole or not at all; anything larger may tear. A completed write is durable only after a later
 * {@link #flush()} returned.
 */
public interface BlockDevice extends AutoCloseable {
  long sizeBytes();

  /** 512 or 4096. */
  int sectorBytes();

  void read(long offset, MemorySegment buffer, long bufferOffset, long length);

  void write(long offset, MemorySegment buffer, long bufferOffset, long length);

  /** Makes every write that completed before this call durable. */
  void flush();

  /** The range reads as zeroes afterwards; space may be given back to the array. */
  void writeZeroes(long offset, long length);

  /** Hint that the range's content is not needed; what it reads as afterwards is undefined. */
  void discard(long offset, long length);

  @Override
  void close();
}
