package cfs.fsck;

import cfs.format.ChunkMap;
import cfs.format.Geometry;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Which blocks are in use according to the structures that refer to them, and for what. One bit per block of every group
 * that is used at all: 32 MiB per TiB.
 */
final class UseMap {
  private record Group(BitSet bits, byte[] kinds) {}

  private final Geometry geometry;
  private final Map<Long, Group> groups = new HashMap<>();
  private long count;

  UseMap(Geometry geometry) {
    this.geometry = geometry;
  }

  private Group group(long number) {
    return groups.computeIfAbsent(number, this::withTables);
  }

  /** The group's own tables are in use whenever anything in it is. */
  private Group withTables(long number) {
    Group g = new Group(new BitSet(), new byte[geometry.chunksOf(number)]);
    g.bits().set(0, geometry.tableBlocks());
    g.kinds()[0] = 1 << ChunkMap.METADATA;
    count += geometry.tableBlocks();
    return g;
  }

  /** Makes sure that the tables of an initialised group count. */
  void touch(long group) {
    group(group);
  }

  /**
   * Marks blocks of one group, all inside the volume.
   *
   * @param type chunk type they belong in
   * @return the first of them that was marked before, or -1
   */
  long mark(long block, int blocks, int type) {
    Group g = group(geometry.groupOf(block));
    int from = (int) (block % geometry.groupBlocks());
    int taken = g.bits().nextSetBit(from);
    boolean shared = taken >= 0 && taken < from + blocks;
    count += shared ? blocks - g.bits().get(from, from + blocks).cardinality() : blocks;
    g.bits().set(from, from + blocks);
    for (int c = geometry.chunkOf(block); c <= geometry.chunkOf(block + blocks - 1); c++) {
      g.kinds()[c] |= (byte) (1 << type);
    }
    return shared ? block - from + taken : -1;
  }

  boolean used(long block) {
    Group g = groups.get(geometry.groupOf(block));
    return g != null && g.bits().get((int) (block % geometry.groupBlocks()));
  }

  /** Bits of a chunk's blocks, counted from the chunk's first. */
  BitSet chunk(long group, int chunk) {
    Group g = groups.get(group);
    int from = chunk * Geometry.CHUNK_BLOCKS;
    return g == null ? new BitSet() : g.bits().get(from, from + Geometry.CHUNK_BLOCKS);
  }

  /** One bit per chunk type that blocks of the chunk are used as. */
  int kinds(long group, int chunk) {
    Group g = groups.get(group);
    return g == null ? 0 : g.kinds()[chunk];
  }

  Set<Long> groups() {
    return groups.keySet();
  }

  long count() {
    return count;
  }
}
