package cfs.fsck;

import static cfs.format.Fields.getInt;
import static cfs.format.Fields.getLong;

import cfs.format.BlockType;
import cfs.format.ChunkMap;
import cfs.format.Geometry;
import cfs.format.GroupHeader;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Headers and chunk maps of allocation groups in themselves: valid blocks, known types, counts that match the bits. */
final class GroupCheck {
  private static final int PROGRESS_EVERY = 256;

  private final CheckedVolume volume;
  private final GroupRepair repair;

  GroupCheck(CheckedVolume volume, GroupRepair repair) {
    this.volume = volume;
    this.repair = repair;
  }

  void run(FsckProgress progress) {
    long groups = volume.geometry().groupCount();
    for (long group = 0; group < groups; group++) {
      if (group % PROGRESS_EVERY == 0) {
        progress.at(FsckPhase.GROUPS, group, groups);
      }
      check(group);
    }
  }

  private void check(long group) {
    Geometry geometry = volume.geometry();
    long block = geometry.headerBlock(group);
    byte[] bytes = volume.readRaw(block);
    boolean blank = bytes != null
        && MemorySegment.ofArray(bytes).mismatch(MemorySegment.ofArray(new byte[bytes.length])) < 0;
    String complaint = bytes == null ? "an unreadable sector"
        : volume.complaint(bytes, block, BlockType.GROUP_HEADER, group);
    if (blank && group > 0 && !hasMap(group)) {
      return;
    }
    volume.groups().initialised(group);
    if (complaint != null) {
      volume.findings().add(FindingCode.GROUP_HEADER_DAMAGED, block, "the header of group " + group,
          complaint,
          repair.of(group));
    }
    @Nullable
    MemorySegment[] maps = volume.groups().maps(group);
    long free = 0;
    int freeChunks = 0;
    boolean complete = true;
    for (int i = 0; i < maps.length; i++) {
      MemorySegment map = maps[i];
      if (map == null) {
        long mapBlock = geometry.mapBlock(group, i * ChunkMap.ENTRIES);
        volume.findings().add(FindingCode.CHUNK_MAP_DAMAGED, mapBlock, "a chunk map of group " + group,
            "a damaged block", repair.of(group));
        complete = false;
        continue;
      }
      int end = Math.min((i + 1) * ChunkMap.ENTRIES, geometry.chunksOf(group));
      for (int chunk = i * ChunkMap.ENTRIES; chunk < end; chunk++) {
        free += checkChunk(group, chunk, map);
        freeChunks += ChunkMap.type(map, chunk) == ChunkMap.FREE ? 1 : 0;
      }
    }
    if (complaint == null && complete && bytes != null) {
      checkSums(group, MemorySegment.ofArray(bytes), free, freeChunks);
    }
  }

  /** Whether a blank header is one that was lost: tables are only written together with it. */
  private boolean hasMap(long group) {
    long block = volume.geometry().mapBlock(group, 0);
    byte[] bytes = volume.readRaw(block);
    return bytes != null && volume.complaint(bytes, block, BlockType.CHUNK_MAP, group) == null;
  }

  /** @return free blocks by the bits */
  private int checkChunk(long group, int chunk, MemorySegment map) {
    int used = 0;
    for (int i = 0; i < Geometry.CHUNK_BLOCKS; i++) {
      used += ChunkMap.used(map, chunk, i) ? 1 : 0;
    }
    int free = Geometry.CHUNK_BLOCKS - used;
    long start = volume.geometry().chunkStart(group, chunk);
    int type = ChunkMap.type(map, chunk);
    if (type > ChunkMap.JOURNAL || type == ChunkMap.FREE && used > 0) {
      volume.findings().add(FindingCode.CHUNK_TYPE_WRONG, start, "a type that fits " + used + " used blocks",
          "type " + type, repair.of(group));
    }
    if (ChunkMap.freeBlocks(map, chunk) != free) {
      volume.findings().add(FindingCode.CHUNK_COUNT_WRONG, start, free + " free blocks",
          String.valueOf(ChunkMap.freeBlocks(map, chunk)), repair.of(group));
    }
    return free;
  }

  private void checkSums(long group, MemorySegment header, long free, int freeChunks) {
    int chunks = volume.geometry().chunksOf(group);
    String expected = free + " free blocks, " + freeChunks + " free of " + chunks + " chunks";
    String found = getLong(header, GroupHeader.FREE_BLOCKS) + " free blocks, "
        + getInt(header, GroupHeader.FREE_CHUNKS) + " free of " + getInt(header, GroupHeader.CHUNK_COUNT)
        + " chunks";
    if (!expected.equals(found)) {
      volume.findings().add(FindingCode.GROUP_COUNT_WRONG, volume.geometry().headerBlock(group), expected,
          found,
          repair.of(group));
    }
  }
}
