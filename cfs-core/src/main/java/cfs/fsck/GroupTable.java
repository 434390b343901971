package cfs.fsck;

import cfs.format.BlockType;
import cfs.format.ChunkMap;
import cfs.format.Geometry;
import cfs.format.GroupTables;
import java.lang.foreign.MemorySegment;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The allocation groups of the volume as they are on the device; a group that was never used has no tables there. */
final class GroupTable {
  private final CheckedVolume volume;
  private final SortedSet<Long> initialised = new TreeSet<>();

  GroupTable(CheckedVolume volume) {
    this.volume = volume;
  }

  void initialised(long group) {
    initialised.add(group);
    volume.use().touch(group);
  }

  boolean isInitialised(long group) {
    return initialised.contains(group);
  }

  SortedSet<Long> initialised() {
    return initialised;
  }

  /** The header block, or null when it is not valid. */
  @Nullable
  MemorySegment header(long group) {
    long block = volume.geometry().headerBlock(group);
    byte[] bytes = volume.readRaw(block);
    return bytes != null && volume.complaint(bytes, block, BlockType.GROUP_HEADER, group) == null
        ? MemorySegment.ofArray(bytes)
        : null;
  }

  /** All map blocks; null in place of each that is not valid. Initial ones for a group that was never used. */
  @Nullable
  MemorySegment[] maps(long group) {
    Geometry geometry = volume.geometry();
    @Nullable
    MemorySegment[] maps = new MemorySegment[geometry.mapBlocks()];
    for (int i = 0; i < maps.length; i++) {
      if (isInitialised(group)) {
        maps[i] = map(group, i);
      } else {
        maps[i] = MemorySegment.ofArray(GroupTables.map(geometry, volume.uuid(), group, i, 0, 0));
      }
    }
    return maps;
  }

  private @Nullable MemorySegment map(long group, int index) {
    long block = volume.geometry().mapBlock(group, index * ChunkMap.ENTRIES);
    byte[] bytes = volume.readRaw(block);
    return bytes != null && volume.complaint(bytes, block, BlockType.CHUNK_MAP, group) == null
        ? MemorySegment.ofArray(bytes)
        : null;
  }

  /** Type of a block's chunk, or -1 when its map is damaged. */
  int type(long block) {
    Geometry geometry = volume.geometry();
    int chunk = geometry.chunkOf(block);
    long group = geometry.groupOf(block);
    if (!isInitialised(group)) {
      return GroupTables.initialType(group, chunk);
    }
    MemorySegment map = map(group, chunk / ChunkMap.ENTRIES);
    return map == null ? -1 : ChunkMap.type(map, chunk);
  }

  /** Whether the maps say that a block is in use; also when they cannot be read. */
  boolean isMarked(long block) {
    Geometry geometry = volume.geometry();
    int chunk = geometry.chunkOf(block);
    int index = (int) (block % Geometry.CHUNK_BLOCKS);
    long group = geometry.groupOf(block);
    if (!isInitialised(group)) {
      return index < GroupTables.initialUsed(geometry, group, chunk);
    }
    MemorySegment map = map(group, chunk / ChunkMap.ENTRIES);
    return map == null || ChunkMap.used(map, chunk, index);
  }
}
