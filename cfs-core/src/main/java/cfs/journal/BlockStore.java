package cfs.journal;

import cfs.error.CorruptionException;
import cfs.format.BlockHeader;
import cfs.format.BlockType;
import cfs.format.Geometry;
import cfs.port.BlockDevice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/** Reads and writes whole metadata blocks of one volume; what it hands out is checked. Thread-safe. */
public final class BlockStore {
  private static final int POOLED = 64;

  private final BlockDevice device;
  private final UUID volume;
  private final Geometry geometry;
  private final ArrayBlockingQueue<MemorySegment> pool = new ArrayBlockingQueue<>(POOLED);

  public BlockStore(BlockDevice device, UUID volume, Geometry geometry) {
    this.device = device;
    this.volume = volume;
    this.geometry = geometry;
  }

  public BlockDevice device() {
    return device;
  }

  public UUID volume() {
    return volume;
  }

  public Geometry geometry() {
    return geometry;
  }

  /** Native memory for O_DIRECT, 4096-aligned; freed with the garbage collector. */
  public static MemorySegment aligned(long bytes) {
    return Arena.ofAuto().allocate(bytes, BlockHeader.BLOCK);
  }

  /** The bytes of a block, whatever they are. */
  public byte[] readRaw(long block) {
    return readRaw(device, block, pool);
  }

  /** As {@link #readRaw(long)} for callers that do not know the volume yet. */
  public static byte[] readRaw(BlockDevice device, long block) {
    return readRaw(device, block, null);
  }

  private static byte[] readRaw(BlockDevice device, long block,
      @Nullable ArrayBlockingQueue<MemorySegment> pool) {
    MemorySegment buffer = pool == null ? null : pool.poll();
    if (buffer == null) {
      buffer = aligned(BlockHeader.BLOCK);
    }
    device.read(block * BlockHeader.BLOCK, buffer, 0, BlockHeader.BLOCK);
    byte[] bytes = buffer.toArray(ValueLayout.JAVA_BYTE);
    if (pool != null) {
      pool.offer(buffer);
    }
    return bytes;
  }

  /** A valid block of the type and owner; throws {@link CorruptionException} otherwise. */
  public byte[] read(long block, BlockType type, long owner) {
    byte[] bytes = readValid(block);
    MemorySegment image = MemorySegment.ofArray(bytes);
    if (BlockHeader.type(image) != type || BlockHeader.owner(image) != owner) {
      throw new CorruptionException(
          block, type + " of " + owner, BlockHeader.type(image) + " of " + BlockHeader.owner(image));
    }
    return bytes;
  }

  /** A valid metadata block of any type. */
  public byte[] readValid(long block) {
    if (!geometry.contains(block, 1)) {
      throw new CorruptionException(block, "a block below " + geometry.totalBlocks(),
          "a pointer outside the volume");
    }
    byte[] bytes = readRaw(block);
    String complaint = BlockHeader.complaint(bytes, block, volume);
    if (complaint != null) {
      throw new CorruptionException(block, "a metadata block", complaint);
    }
    return bytes;
  }

  /** Writes a sealed block in place. */
  public void write(long block, byte[] sealed) {
    MemorySegment buffer = pool.poll();
    if (buffer == null) {
      buffer = aligned(BlockHeader.BLOCK);
    }
    MemorySegment.copy(sealed, 0, buffer, ValueLayout.JAVA_BYTE, 0, BlockHeader.BLOCK);
    device.write(block * BlockHeader.BLOCK, buffer, 0, BlockHeader.BLOCK);
    pool.offer(buffer);
  }
}
