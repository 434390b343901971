package cfs.format;

import static cfs.format.BlockHeader.BYTES;
import static cfs.format.Fields.offset;
import static cfs.format.Fields.u32;
import static cfs.format.Fields.u64;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/**
 * Head of an allocation group. An all-zero header block means the group was never used: all its chunks are free.
 * {@code versionFloor} is the largest version of any metadata block ever freed here; a block is allocated with floor + 1.
 */
public final class GroupHeader {
  public static final StructLayout LAYOUT = MemoryLayout.structLayout(
      u64("versionFloor"), u64("freeBlocks"), u32("chunkCount"), u32("freeChunks"));

  public static final long VERSION_FLOOR = BYTES + offset(LAYOUT, "versionFloor");

  /** Free blocks of all chunks, 64 bit. */
  public static final long FREE_BLOCKS = BYTES + offset(LAYOUT, "freeBlocks");

  /** Chunks of this group (the last group may be short), 32 bit. */
  public static final long CHUNK_COUNT = BYTES + offset(LAYOUT, "chunkCount");

  /** Chunks of type FREE, 32 bit. */
  public static final long FREE_CHUNKS = BYTES + offset(LAYOUT, "freeChunks");

  private GroupHeader() {}
}
