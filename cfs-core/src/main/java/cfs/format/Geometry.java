package cfs.format;

import cfs.error.Invariant;

/**
 * Where things are, as pure functions of the volume's size: the volume is cut into allocation groups, a group into chunks of
 * 1 MiB. Each group starts with a block for a superblock copy, its header and its chunk maps; group 0 also holds the slot
 * table right after its first chunk.
 */
public record Geometry(long totalBlocks, int groupChunks) {
  public static final int CHUNK_BLOCKS = 256;
  public static final int CHUNK_BYTES = CHUNK_BLOCKS * BlockHeader.BLOCK;

  /** Slots for journals; a host's slot is its id. */
  public static final int SLOTS = 1024;

  /** Each slot record is kept twice, in neighbouring blocks. */
  public static final int SLOT_COPIES = 2;

  /** First block of the slot table: the second chunk of group 0. */
  public static final long SLOT_TABLE = CHUNK_BLOCKS;

  public static final int SLOT_CHUNKS = SLOTS * SLOT_COPIES / CHUNK_BLOCKS;
  public static final int MIN_GROUP_CHUNKS = 32;
  public static final int MAX_GROUP_CHUNKS = 4096;

  /** Smallest volume: 128 MiB. */
  public static final long MIN_BLOCKS = 128L * CHUNK_BLOCKS;

  public Geometry {
    Invariant.check(totalBlocks >= MIN_BLOCKS, "volume below the smallest size, blocks", totalBlocks);
    Invariant.check(groupChunks >= MIN_GROUP_CHUNKS && groupChunks <= MAX_GROUP_CHUNKS, "chunks of a group",
        groupChunks);
  }

  /** At least 64 groups where the size allows, so that hosts do not meet in one. */
  public static Geometry forSize(long totalBlocks) {
    long chunks = totalBlocks / CHUNK_BLOCKS;
    long perGroup = Long.highestOneBit(Math.max(chunks / 64, 1));
    return new Geometry(totalBlocks, Math.clamp(perGroup, MIN_GROUP_CHUNKS, MAX_GROUP_CHUNKS));
  }

  public long groupBlocks() {
    return (long) groupChunks * CHUNK_BLOCKS;
  }

  /** A last group that cannot hold more than its own tables is left out. */
  public long groupCount() {
    long whole = totalBlocks / groupBlocks();
    long rest = totalBlocks % groupBlocks();
    return rest >= 2L * CHUNK_BLOCKS ? whole + 1 : whole;
  }

  public int chunksOf(long group) {
    long left = totalBlocks - group * groupBlocks();
    return (int) Math.min(groupChunks, left / CHUNK_BLOCKS);
  }

  public long groupOf(long block) {
    return block / groupBlocks();
  }

  public int chunkOf(long block) {
    return (int) (block % groupBlocks() / CHUNK_BLOCKS);
  }

  public long chunkStart(long group, int chunk) {
    return group * groupBlocks() + (long) chunk * CHUNK_BLOCKS;
  }

  public long headerBlock(long group) {
    return group * groupBlocks() + 1;
  }

  public int mapBlocks() {
    return (groupChunks + ChunkMap.ENTRIES - 1) / ChunkMap.ENTRIES;
  }

  public long mapBlock(long group, int chunk) {
    return headerBlock(group) + 1 + chunk / ChunkMap.ENTRIES;
  }

  /** Blocks at the start of each group that are never free. */
  public int tableBlocks() {
    return 2 + mapBlocks();
  }

  /** Where the second superblock is. */
  public long backupSuperblock() {
    return groupBlocks();
  }

  public static long slotBlock(int slot, int copy) {
    return SLOT_TABLE + (long) slot * SLOT_COPIES + copy;
  }

  public boolean contains(long block, long count) {
    return block >= 0 && count >= 0 && block <= totalBlocks - count;
  }

  /** Blocks of a new journal: 64 MiB, less on small volumes, never below 8 MiB. */
  public int journalBlocks() {
    return Math.clamp(groupChunks / 4, 8, 64) * CHUNK_BLOCKS;
  }
}
