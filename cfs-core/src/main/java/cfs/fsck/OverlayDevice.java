package cfs.fsck;

import cfs.error.FsError;
import cfs.error.FsException;
import cfs.format.BlockHeader;
import cfs.port.BlockDevice;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps what is written in memory and leaves the device below alone, so that a check that may change nothing still sees the
 * volume as it is after its journals were replayed. Whole blocks only; bounded to 256 MiB.
 */
final class OverlayDevice implements BlockDevice {
  private static final int BLOCKS_MAX = 1 << 16;

  private final BlockDevice below;
  private final Map<Long, byte[]> blocks = new HashMap<>();

  OverlayDevice(BlockDevice below) {
    this.below = below;
  }

  @Override
  public long sizeBytes() {
    return below.sizeBytes();
  }

  @Override
  public int sectorBytes() {
    return below.sectorBytes();
  }

  @Override
  public synchronized void read(long offset, MemorySegment buffer, long bufferOffset, long length) {
    below.read(offset, buffer, bufferOffset, length);
    for (long done = 0; !blocks.isEmpty() && done < length; done += BlockHeader.BLOCK) {
      byte[] written = blocks.get((offset + done) >>> 12);
      if (written != null) {
        MemorySegment.copy(written, 0, buffer, ValueLayout.JAVA_BYTE, bufferOffset + done, BlockHeader.BLOCK);
      }
    }
  }

  @Override
  public synchronized void write(long offset, MemorySegment buffer, long bufferOffset, long length) {
    for (long done = 0; done < length; done += BlockHeader.BLOCK) {
      byte[] block = new byte[BlockHeader.BLOCK];
      MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, bufferOffset + done, block, 0, BlockHeader.BLOCK);
      keep((offset + done) >>> 12, block);
    }
  }

  private void keep(long block, byte[] bytes) {
    if (blocks.size() >= BLOCKS_MAX && !blocks.containsKey(block)) {
      throw new FsException(
          FsError.NO_MEMORY, "The journals are too large to be replayed in memory; let fsck repair with -p.");
    }
    blocks.put(block, bytes);
  }

  @Override
  public void flush() {}

  @Override
  public synchronized void writeZeroes(long offset, long length) {
    byte[] zeroes = new byte[BlockHeader.BLOCK];
    for (long done = 0; done < length; done += BlockHeader.BLOCK) {
      keep((offset + done) >>> 12, zeroes);
    }
  }

  @Override
  public void discard(long offset, long length) {}

  /** The device below belongs to the caller. */
  @Override
  public void close() {}
}
