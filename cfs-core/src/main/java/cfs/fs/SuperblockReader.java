package cfs.fs;

import cfs.error.CorruptionException;
import cfs.error.FsError;
import cfs.error.FsException;
import cfs.format.BlockHeader;
import cfs.format.BlockType;
import cfs.format.Geometry;
import cfs.format.Superblock;
import cfs.journal.BlockStore;
import cfs.port.BlockDevice;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Finds the superblock of a volume: block 0, or the copy at the start of group 1 for any group size. */
public final class SuperblockReader {
  private static final int BLOCK_BITS = 12;

  private SuperblockReader() {}

  /** A volume whose superblock is known. */
  public record Opened(Superblock superblock, BlockStore store) {}

  /** CORRUPT if neither copy is good, NOT_SUPPORTED if the format has a feature this software lacks. */
  public static Opened open(BlockDevice volume) {
    long blocks = volume.sizeBytes() >>> BLOCK_BITS; // Unsigned: a volume may end at 2^64 - 1.
    Superblock found = at(volume, 0);
    for (int chunks = Geometry.MIN_GROUP_CHUNKS; found == null
        && chunks <= Geometry.MAX_GROUP_CHUNKS; chunks *= 2) {
      long block = (long) chunks * Geometry.CHUNK_BLOCKS;
      if (block < blocks) {
        found = at(volume, block);
      }
    }
    if (found == null) {
      throw new CorruptionException(0, "a CFS superblock here or in its copy", "neither");
    }
    if (found.incompatible() != 0) {
      throw new FsException(
          FsError.NOT_SUPPORTED,
          "the volume uses features " + found.incompatible() + " that this version lacks");
    }
    if (found.geometry().totalBlocks() > blocks) {
      throw new CorruptionException(
          0,
          found.geometry().totalBlocks() + " blocks on the LUNs",
          blocks + " blocks");
    }
    return new Opened(found, new BlockStore(volume, found.volume(), found.geometry()));
  }

  private static @Nullable Superblock at(BlockDevice volume, long block) {
    byte[] bytes = BlockStore.readRaw(volume, block);
    MemorySegment image = MemorySegment.ofArray(bytes);
    if (BlockHeader.complaint(bytes, block, BlockHeader.volume(image)) != null
        || BlockHeader.type(image) != BlockType.SUPERBLOCK
        || !Superblock.plausible(image)) {
      return null;
    }
    return Superblock.read(image);
  }
}
