package cfs.fsck;

import static cfs.format.Fields.getLong;

import cfs.alloc.Run;
import cfs.error.FsError;
import cfs.error.FsException;
import cfs.format.BlockHeader;
import cfs.format.BlockType;
import cfs.format.ChunkMap;
import cfs.format.Geometry;
import cfs.format.GroupHeader;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Free blocks for repairs that build something new. Only the use map learns of them; the next pass finds them in use but
 * not marked and corrects the tables.
 */
final class SpareBlocks {
  private final CheckedVolume volume;
  private long group;
  private int chunk;

  SpareBlocks(CheckedVolume volume) {
    this.volume = volume;
  }

  /**
   * An empty block with a header, one version below its first.
   *
   * @throws FsException NO_SPACE when the volume has none
   */
  byte[] take(BlockType type, long owner) {
    long block = find();
    byte[] bytes = new byte[BlockHeader.BLOCK];
    long version = Math.max(floor(volume.geometry().groupOf(block)), volume.versionAt(block));
    BlockHeader.init(MemorySegment.ofArray(bytes), type, block, volume.uuid(),
        type == BlockType.INODE ? block : owner, version, volume.superblock().epoch());
    return bytes;
  }

  private long floor(long ofGroup) {
    MemorySegment header = volume.groups().isInitialised(ofGroup) ? volume.groups().header(ofGroup) : null;
    return header == null ? 0 : getLong(header, GroupHeader.VERSION_FLOOR);
  }

  /** Goes on where the last search ended: blocks are not freed meanwhile. */
  private long find() {
    Geometry geometry = volume.geometry();
    while (group < geometry.groupCount()) {
      @Nullable
      MemorySegment[] maps = volume.groups().maps(group);
      for (; chunk < geometry.chunksOf(group); chunk++) {
        MemorySegment map = maps[chunk / ChunkMap.ENTRIES];
        int index = map == null ? -1 : freeIn(map);
        if (index >= 0) {
          long block = geometry.chunkStart(group, chunk) + index;
          volume.use().mark(block, 1, ChunkMap.METADATA);
          return block;
        }
      }
      chunk = 0;
      group++;
    }
    throw new FsException(FsError.NO_SPACE, "There is no free block that a repair needs.");
  }

  /** A block that is neither marked nor in use, in a metadata chunk or a free one, which is zeroed first; or -1. */
  private int freeIn(MemorySegment map) {
    int type = ChunkMap.type(map, chunk);
    int kinds = volume.use().kinds(group, chunk);
    BitSet taken = GroupRepair.marked(map, chunk);
    taken.or(volume.use().chunk(group, chunk));
    if (type == ChunkMap.FREE && kinds == 0 && taken.isEmpty()) {
      long start = volume.geometry().chunkStart(group, chunk) * BlockHeader.BLOCK;
      volume.store().device().writeZeroes(start, Geometry.CHUNK_BYTES);
      return 0;
    }
    boolean metadata = type == ChunkMap.METADATA || type == ChunkMap.FREE;
    if (!metadata || (kinds & ~(1 << ChunkMap.METADATA)) != 0) {
      return -1;
    }
    int free = taken.nextClearBit(0);
    return free < Geometry.CHUNK_BLOCKS ? free : -1;
  }

  /**
   * Data blocks, in runs that stay inside a chunk.
   *
   * @throws FsException NO_SPACE when the volume has not so many
   */
  List<Run> takeData(int count) {
    Geometry geometry = volume.geometry();
    List<Run> runs = new ArrayList<>();
    int missing = count;
    for (long g = 0; missing > 0 && g < geometry.groupCount(); g++) {
      @Nullable
      MemorySegment[] maps = volume.groups().maps(g);
      for (int c = 0; missing > 0 && c < geometry.chunksOf(g); c++) {
        MemorySegment map = maps[c / ChunkMap.ENTRIES];
        missing -= map == null ? 0 : takeData(g, c, map, missing, runs);
      }
    }
    if (missing > 0) {
      throw new FsException(FsError.NO_SPACE, "There are no " + count + " free blocks that a repair needs.");
    }
    return runs;
  }

  private int takeData(long g, int c, MemorySegment map, int wanted, List<Run> runs) {
    int type = ChunkMap.type(map, c);
    int kinds = volume.use().kinds(g, c);
    if (type != ChunkMap.DATA && type != ChunkMap.FREE || (kinds & ~(1 << ChunkMap.DATA)) != 0) {
      return 0;
    }
    BitSet taken = GroupRepair.marked(map, c);
    taken.or(volume.use().chunk(g, c));
    int found = 0;
    for (int from = taken.nextClearBit(0); found < wanted && from < Geometry.CHUNK_BLOCKS;) {
      int next = taken.nextSetBit(from);
      int end = Math.min(next < 0 ? Geometry.CHUNK_BLOCKS : next, from + wanted - found);
      Run run = new Run(volume.geometry().chunkStart(g, c) + from, end - from);
      volume.use().mark(run.start(), run.count(), ChunkMap.DATA);
      runs.add(run);
      found += run.count();
      from = taken.nextClearBit(end);
    }
    return found;
  }
}
