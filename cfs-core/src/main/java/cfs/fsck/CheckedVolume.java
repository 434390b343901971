package cfs.fsck;

import cfs.error.FencedException;
import cfs.error.FsException;
import cfs.format.BlockHeader;
import cfs.format.BlockType;
import cfs.format.Geometry;
import cfs.format.Superblock;
import cfs.journal.BlockStore;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the checkers of one pass share: block I/O that answers damage instead of throwing, findings, and the use map. */
final class CheckedVolume {
  private final BlockStore store;
  private final Superblock superblock;
  private final Geometry geometry;
  private final Findings findings;
  private final UseMap use;
  private final GroupTable groups;
  private final Set<Long> contested;
  private boolean useIncomplete;

  /** @param contested blocks that an earlier pass found in use by metadata and something else; this one adds to them */
  CheckedVolume(BlockStore store, Superblock superblock, Findings findings, Set<Long> contested) {
    this.contested = contested;
    this.store = store;
    this.superblock = superblock;
    this.geometry = superblock.geometry();
    this.findings = findings;
    this.use = new UseMap(geometry);
    this.groups = new GroupTable(this);
  }

  BlockStore store() {
    return store;
  }

  Superblock superblock() {
    return superblock;
  }

  Geometry geometry() {
    return geometry;
  }

  UUID uuid() {
    return superblock.volume();
  }

  Findings findings() {
    return findings;
  }

  UseMap use() {
    return use;
  }

  GroupTable groups() {
    return groups;
  }

  /** Whether the blocks lie in chunks of one allocation group. */
  boolean inOneGroup(long block, long count) {
    if (block < 0 || count <= 0 || count > geometry.groupBlocks() || !geometry.contains(block, count)) {
      return false;
    }
    long group = geometry.groupOf(block);
    return group < geometry.groupCount() && geometry.groupOf(block + count - 1) == group
        && geometry.chunkOf(block + count - 1) < geometry.chunksOf(group);
  }

  /**
   * Metadata shares a block with something that was seen before. If that is a file's extent, the next pass meets it knowing
   * that the block is contested, and moves it away; metadata cannot move.
   */
  void shared(long block, String expected) {
    boolean news = contested.add(block);
    findings.add(FindingCode.BLOCK_SHARED, block, expected, "another use", news ? () -> {} : null);
  }

  boolean isContested(long block, long count) {
    return !contested.isEmpty() && contested.stream().anyMatch(c -> c >= block && c < block + count);
  }

  /** Something that refers to blocks could not be read: blocks that seem unused may not be freed. */
  void useIsIncomplete() {
    useIncomplete = true;
  }

  boolean isUseIncomplete() {
    return useIncomplete;
  }

  /** What is wrong with a block that should be of a type and owner, or null. */
  @Nullable
  String complaint(byte[] bytes, long block, BlockType type, long owner) {
    String complaint = BlockHeader.complaint(bytes, block, uuid());
    if (complaint != null) {
      return complaint;
    }
    MemorySegment image = MemorySegment.ofArray(bytes);
    BlockType foundType = BlockHeader.type(image);
    long foundOwner = BlockHeader.owner(image);
    return foundType == type && foundOwner == owner ? null : foundType + " of " + foundOwner;
  }

  /** The bytes of a block of the volume, or null when the device cannot read it. */
  byte @Nullable [] readRaw(long block) {
    try {
      return store.readRaw(block);
    } catch (FencedException e) {
      throw e;
    } catch (FsException e) {
      return null;
    }
  }

  /** Repair: changes a valid block in place; does nothing if an earlier repair left it invalid. */
  void modify(long block, BlockType type, long owner, Consumer<MemorySegment> change) {
    byte[] bytes = readRaw(block);
    if (bytes != null && complaint(bytes, block, type, owner) == null) {
      change.accept(MemorySegment.ofArray(bytes));
      write(bytes);
    }
  }

  /** Repair: writes a block where its header says, with the next version. */
  void write(byte[] bytes) {
    MemorySegment image = MemorySegment.ofArray(bytes);
    BlockHeader.version(image, BlockHeader.version(image) + 1);
    BlockHeader.seal(bytes);
    store.write(BlockHeader.block(image), bytes);
  }

  /** Repair: copies blocks whatever they hold. */
  void copy(long from, long to, int count) {
    MemorySegment buffer = BlockStore.aligned(Geometry.CHUNK_BYTES);
    for (int done = 0; done < count; done += Geometry.CHUNK_BLOCKS) {
      long bytes = (long) Math.min(count - done, Geometry.CHUNK_BLOCKS) * BlockHeader.BLOCK;
      store.device().read((from + done) * BlockHeader.BLOCK, buffer, 0, bytes);
      store.device().write((to + done) * BlockHeader.BLOCK, buffer, 0, bytes);
    }
  }

  /** Version of what is in a block, if that was once metadata of this volume, even if damaged; else 0. */
  long versionAt(long block) {
    byte[] bytes = readRaw(block);
    if (bytes == null) {
      return 0;
    }
    MemorySegment image = MemorySegment.ofArray(bytes);
    return BlockHeader.complaint(bytes, block, uuid()) == null ? Math.max(0, BlockHeader.version(image)) : 0;
  }
}
