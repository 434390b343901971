package cfs.fsck;

import static cfs.format.Fields.getLong;
import static cfs.format.Fields.putInt;
import static cfs.format.Fields.putLong;

import cfs.format.BlockHeader;
import cfs.format.BlockType;
import cfs.format.ChunkMap;
import cfs.format.Geometry;
import cfs.format.GroupHeader;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes the tables of a group anew from what is in use. While anything that refers to blocks is unreadable, marked blocks
 * stay marked and damaged maps are left, since free blocks could be somebody's.
 */
final class GroupRepair {
  private final CheckedVolume volume;
  private final Set<Long> done = new HashSet<>();

  GroupRepair(CheckedVolume volume) {
    this.volume = volume;
  }

  /** The repair of a group; it does all there is to do once, however often it is asked for. */
  Runnable of(long group) {
    return () -> {
      if (done.add(group)) {
        rebuild(group);
      }
    };
  }

  private void rebuild(long group) {
    Geometry geometry = volume.geometry();
    MemorySegment header = volume.groups().header(group);
    @Nullable
    MemorySegment[] maps = volume.groups().maps(group);
    boolean initialised = volume.groups().isInitialised(group);
    if (header == null && initialised && !volume.findings().repairs(FindingCode.GROUP_HEADER_DAMAGED)) {
      return;
    }
    long floor = header == null ? highestVersion(group) : getLong(header, GroupHeader.VERSION_FLOOR);
    long free = 0;
    int freeChunks = 0;
    for (int i = 0; i < maps.length; i++) {
      MemorySegment old = maps[i];
      if (old == null
          && (volume.isUseIncomplete() || !volume.findings().repairs(FindingCode.CHUNK_MAP_DAMAGED))) {
        return;
      }
      long block = geometry.mapBlock(group, i * ChunkMap.ENTRIES);
      byte[] bytes = fresh(block, BlockType.CHUNK_MAP, group, old);
      MemorySegment map = MemorySegment.ofArray(bytes);
      int end = Math.min((i + 1) * ChunkMap.ENTRIES, geometry.chunksOf(group));
      for (int chunk = i * ChunkMap.ENTRIES; chunk < end; chunk++) {
        floor = Math.max(floor, freedVersion(group, chunk, old));
        fill(group, chunk, map, old);
        free += ChunkMap.freeBlocks(map, chunk);
        freeChunks += ChunkMap.type(map, chunk) == ChunkMap.FREE ? 1 : 0;
      }
      if (old == null || !initialised || differs(map, old)) {
        volume.write(bytes);
      }
    }
    byte[] bytes = fresh(geometry.headerBlock(group), BlockType.GROUP_HEADER, group, header);
    MemorySegment image = MemorySegment.ofArray(bytes);
    putLong(image, GroupHeader.VERSION_FLOOR, floor);
    putLong(image, GroupHeader.FREE_BLOCKS, free);
    putInt(image, GroupHeader.CHUNK_COUNT, geometry.chunksOf(group));
    putInt(image, GroupHeader.FREE_CHUNKS, freeChunks);
    volume.write(bytes);
  }

  private static boolean differs(MemorySegment a, MemorySegment b) {
    return a.asSlice(BlockHeader.BYTES).mismatch(b.asSlice(BlockHeader.BYTES)) >= 0;
  }

  /** An empty block of the group that takes over header fields of the old one if that is valid. */
  private byte[] fresh(long block, BlockType type, long group, @Nullable MemorySegment old) {
    byte[] bytes = new byte[BlockHeader.BLOCK];
    long version = old == null ? volume.versionAt(block) : BlockHeader.version(old);
    long epoch = old == null ? volume.superblock().epoch() : BlockHeader.birthEpoch(old);
    BlockHeader.init(MemorySegment.ofArray(bytes), type, block, volume.uuid(), group, version, epoch);
    return bytes;
  }

  private void fill(long group, int chunk, MemorySegment map, @Nullable MemorySegment old) {
    BitSet used = volume.use().chunk(group, chunk);
    if (old != null && volume.isUseIncomplete()) {
      used.or(marked(old, chunk));
    }
    for (int i = used.nextSetBit(0); i >= 0; i = used.nextSetBit(i + 1)) {
      ChunkMap.used(map, chunk, i, true);
    }
    ChunkMap.freeBlocks(map, chunk, Geometry.CHUNK_BLOCKS - used.cardinality());
    ChunkMap.type(map, chunk, type(group, chunk, old, used.isEmpty()));
  }

  private int type(long group, int chunk, @Nullable MemorySegment old, boolean empty) {
    int oldType = old == null ? ChunkMap.FREE : ChunkMap.type(old, chunk);
    boolean known = oldType == ChunkMap.METADATA || oldType == ChunkMap.DATA || oldType == ChunkMap.JOURNAL;
    boolean replace = !known || volume.findings().repairs(FindingCode.CHUNK_TYPE_WRONG);
    return switch (volume.use().kinds(group, chunk)) {
      case 0 -> oldType == ChunkMap.METADATA || !empty && known ? oldType : ChunkMap.FREE;
      case 1 << ChunkMap.METADATA -> replace ? ChunkMap.METADATA : oldType;
      case 1 << ChunkMap.DATA -> replace ? ChunkMap.DATA : oldType;
      case 1 << ChunkMap.JOURNAL -> replace ? ChunkMap.JOURNAL : oldType;
      default -> known ? oldType : ChunkMap.METADATA;
    };
  }

  static BitSet marked(MemorySegment map, int chunk) {
    BitSet bits = new BitSet(Geometry.CHUNK_BLOCKS);
    for (int i = 0; i < Geometry.CHUNK_BLOCKS; i++) {
      bits.set(i, ChunkMap.used(map, chunk, i));
    }
    return bits;
  }

  /** Highest version of a metadata block of the chunk that this repair frees: its next life starts above it. */
  private long freedVersion(long group, int chunk, @Nullable MemorySegment old) {
    if (old == null || ChunkMap.type(old, chunk) != ChunkMap.METADATA || volume.isUseIncomplete()) {
      return 0;
    }
    BitSet freed = marked(old, chunk);
    freed.andNot(volume.use().chunk(group, chunk));
    long highest = 0;
    long start = volume.geometry().chunkStart(group, chunk);
    for (int i = freed.nextSetBit(0); i >= 0; i = freed.nextSetBit(i + 1)) {
      highest = Math.max(highest, volume.versionAt(start + i));
    }
    return highest;
  }

  /** With the header its floor is lost: no block of this group may start at or below any version that was ever used. */
  private long highestVersion(long group) {
    Geometry geometry = volume.geometry();
    long highest = 0;
    for (int chunk = 0; chunk < geometry.chunksOf(group); chunk++) {
      int type = volume.groups().type(geometry.chunkStart(group, chunk));
      boolean metadata = type == ChunkMap.METADATA
          || (volume.use().kinds(group, chunk) & 1 << ChunkMap.METADATA) != 0;
      for (int i = 0; metadata && i < Geometry.CHUNK_BLOCKS; i++) {
        highest = Math.max(highest, volume.versionAt(geometry.chunkStart(group, chunk) + i));
      }
    }
    return highest;
  }
}
