package cfs.format;

import static cfs.format.Fields.putInt;
import static cfs.format.Fields.putLong;

import java.lang.foreign.MemorySegment;
import java.util.UUID;

/**
 * The state of an allocation group that was never used, which an all-zero header block stands for, and the blocks that say
 * the same once it is: chunk 0 is METADATA with the tables used, in group 0 the slot table's chunks are METADATA and full,
 * all others are FREE.
 */
public final class GroupTables {
  private GroupTables() {}

  /** Type of a chunk of a never used group. */
  public static int initialType(long group, int chunk) {
    return chunk == 0 || holdsSlots(group, chunk) ? ChunkMap.METADATA : ChunkMap.FREE;
  }

  /** Blocks used at the start of a chunk of a never used group; the others are free. */
  public static int initialUsed(Geometry geometry, long group, int chunk) {
    return chunk == 0 ? geometry.tableBlocks() : holdsSlots(group, chunk) ? Geometry.CHUNK_BLOCKS : 0;
  }

  private static boolean holdsSlots(long group, int chunk) {
    return group == 0 && chunk >= 1 && chunk <= Geometry.SLOT_CHUNKS;
  }

  /** Header block of a group in its initial state; not sealed. */
  public static byte[] header(Geometry geometry, UUID volume, long group, long version, long epoch) {
    byte[] block = new byte[BlockHeader.BLOCK];
    MemorySegment image = MemorySegment.ofArray(block);
    BlockHeader.init(
        image, BlockType.GROUP_HEADER, geometry.headerBlock(group), volume, group, version, epoch);
    int chunks = geometry.chunksOf(group);
    long free = 0;
    int freeChunks = 0;
    for (int chunk = 0; chunk < chunks; chunk++) {
      free += Geometry.CHUNK_BLOCKS - initialUsed(geometry, group, chunk);
      freeChunks += initialType(group, chunk) == ChunkMap.FREE ? 1 : 0;
    }
    putLong(image, GroupHeader.FREE_BLOCKS, free);
    putInt(image, GroupHeader.CHUNK_COUNT, chunks);
    putInt(image, GroupHeader.FREE_CHUNKS, freeChunks);
    return block;
  }

  /** One map block of a group in its initial state, by its index 0..mapBlocks-1; not sealed. */
  public static byte[] map(Geometry geometry, UUID volume, long group, int index, long version, long epoch) {
    byte[] block = new byte[BlockHeader.BLOCK];
    MemorySegment image = MemorySegment.ofArray(block);
    int first = index * ChunkMap.ENTRIES;
    BlockHeader.init(
        image, BlockType.CHUNK_MAP, geometry.mapBlock(group, first), volume, group, version, epoch);
    int end = Math.min(first + ChunkMap.ENTRIES, geometry.chunksOf(group));
    for (int chunk = first; chunk < end; chunk++) {
      int used = initialUsed(geometry, group, chunk);
      ChunkMap.type(image, chunk, initialType(group, chunk));
      ChunkMap.freeBlocks(image, chunk, Geometry.CHUNK_BLOCKS - used);
      for (int i = 0; i < used; i++) {
        ChunkMap.used(image, chunk, i, true);
      }
    }
    return block;
  }
}
