package cfs.fsck;

import cfs.format.ChunkMap;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Compares the chunk maps with what is in use, when everything that refers to blocks has been seen. */
final class BlockCheck {
  private final CheckedVolume volume;
  private final GroupRepair repair;

  BlockCheck(CheckedVolume volume, GroupRepair repair) {
    this.volume = volume;
    this.repair = repair;
  }

  void run(FsckProgress progress) {
    TreeSet<Long> groups = new TreeSet<>(volume.groups().initialised());
    groups.addAll(volume.use().groups());
    long done = 0;
    for (long group : groups) {
      progress.at(FsckPhase.BLOCKS, done++, groups.size());
      @Nullable
      MemorySegment[] maps = volume.groups().maps(group);
      for (int chunk = 0; chunk < volume.geometry().chunksOf(group); chunk++) {
        MemorySegment map = maps[chunk / ChunkMap.ENTRIES];
        if (map != null) {
          compare(group, chunk, map);
        }
      }
    }
  }

  private void compare(long group, int chunk, MemorySegment map) {
    BitSet marked = GroupRepair.marked(map, chunk);
    BitSet used = volume.use().chunk(group, chunk);
    if (!marked.equals(used)) {
      BitSet leaked = (BitSet) marked.clone();
      leaked.andNot(used);
      used.andNot(marked);
      // Without knowing all users nothing may be called leaked for good; then it is reported but stays.
      report(FindingCode.BLOCK_LEAKED, group, chunk, leaked,
          volume.isUseIncomplete() ? null : repair.of(group));
      report(FindingCode.BLOCK_NOT_MARKED, group, chunk, used, repair.of(group));
    }
    int kinds = volume.use().kinds(group, chunk);
    int type = ChunkMap.type(map, chunk);
    if (type != ChunkMap.FREE && (kinds & ~(1 << type)) != 0) {
      boolean mixed = Integer.bitCount(kinds) > 1;
      volume.findings().add(FindingCode.CHUNK_TYPE_WRONG, volume.geometry().chunkStart(group, chunk),
          "a type that fits uses " + Integer.toBinaryString(kinds), "type " + type,
          mixed ? null : repair.of(group));
    }
  }

  private void report(FindingCode code, long group, int chunk, BitSet blocks, @Nullable Runnable action) {
    if (!blocks.isEmpty()) {
      int first = blocks.nextSetBit(0);
      boolean leaked = code == FindingCode.BLOCK_LEAKED;
      long start = volume.geometry().chunkStart(group, chunk);
      volume.findings().add(code, start + first,
          (leaked ? "no mark for " : "a mark for ") + blocks.cardinality() + " blocks of the chunk at "
              + start,
          leaked ? "a mark" : "none", action);
    }
  }
}
