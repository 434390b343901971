package cfs.fsck;

import static cfs.format.BlockHeader.BYTES;
import static cfs.format.Fields.getInt;
import static cfs.format.Fields.getLong;
import static cfs.format.Fields.offset;

import cfs.format.BlockHeader;
import cfs.format.BlockType;
import cfs.format.Geometry;
import cfs.format.Superblock;
import cfs.journal.BlockStore;
import cfs.port.BlockDevice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** Finds a good superblock, at block 0 or at the start of group 1 for any group size, and compares the two. */
final class SuperblockCheck {
  private static final long TOTAL_BLOCKS = BYTES + offset(Superblock.LAYOUT, "totalBlocks");
  private static final long GROUP_CHUNKS = BYTES + offset(Superblock.LAYOUT, "groupChunks");
  private static final long BLOCK_BYTES = BYTES + offset(Superblock.LAYOUT, "blockBytes");
  private static final long ROOT_INODE = BYTES + offset(Superblock.LAYOUT, "rootInode");

  private final BlockDevice device;
  private final Findings findings;
  private final long deviceBlocks;

  SuperblockCheck(BlockDevice device, Findings findings) {
    this.device = device;
    this.findings = findings;
    this.deviceBlocks = device.sizeBytes() >>> 12;
  }

  /** A superblock that can be trusted, or null when there is no volume. */
  @Nullable
  Superblock run() {
    if (deviceBlocks < Geometry.MIN_BLOCKS) {
      return null;
    }
    byte[] primary = BlockStore.readRaw(device, 0);
    String complaint = complaint(primary, 0);
    if (complaint == null && rootFits(primary)) {
      return checkCopy(primary);
    }
    byte[] copy = findCopy();
    if (copy != null && (complaint != null || rootFits(copy))) {
      // A whole superblock of another volume here must not make this one's content pass for damaged.
      findings.add(FindingCode.SUPERBLOCK_DAMAGED, 0, "the superblock of this volume",
          complaint == null ? "that of volume " + BlockHeader.volume(MemorySegment.ofArray(primary))
              : complaint,
          () -> put(copy, 0));
      return Superblock.read(MemorySegment.ofArray(copy));
    }
    return complaint == null ? checkCopy(primary) : null;
  }

  /** Whether the block it says is the root inode says so too. */
  private boolean rootFits(byte[] superblock) {
    MemorySegment image = MemorySegment.ofArray(superblock);
    long root = getLong(image, ROOT_INODE);
    byte[] bytes = BlockStore.readRaw(device, root);
    return BlockHeader.complaint(bytes, root, BlockHeader.volume(image)) == null
        && BlockHeader.type(MemorySegment.ofArray(bytes)) == BlockType.INODE;
  }

  private Superblock checkCopy(byte[] primary) {
    Superblock good = Superblock.read(MemorySegment.ofArray(primary));
    long at = good.geometry().backupSuperblock();
    if (good.geometry().groupCount() < 2) {
      return good;
    }
    byte[] copy = BlockStore.readRaw(device, at);
    String complaint = complaint(copy, at);
    if (complaint == null && !sameContent(primary, copy)) {
      complaint = "other values";
    }
    if (complaint != null) {
      findings.add(
          FindingCode.SUPERBLOCK_COPY_DAMAGED, at, "a copy of block 0", complaint, () -> put(primary, at));
    }
    return good;
  }

  private static boolean sameContent(byte[] a, byte[] b) {
    MemorySegment one = MemorySegment.ofArray(a).asSlice(BYTES);
    return one.mismatch(MemorySegment.ofArray(b).asSlice(BYTES)) < 0;
  }

  private byte @Nullable [] findCopy() {
    for (int chunks = Geometry.MIN_GROUP_CHUNKS; chunks <= Geometry.MAX_GROUP_CHUNKS; chunks *= 2) {
      long at = (long) chunks * Geometry.CHUNK_BLOCKS;
      if (at >= deviceBlocks) {
        break;
      }
      byte[] bytes = BlockStore.readRaw(device, at);
      if (complaint(bytes, at) == null && getInt(MemorySegment.ofArray(bytes), GROUP_CHUNKS) == chunks) {
        return bytes;
      }
    }
    return null;
  }

  /** What is wrong with a superblock; its volume uuid is whatever it says. */
  private @Nullable String complaint(byte[] bytes, long at) {
    MemorySegment image = MemorySegment.ofArray(bytes);
    String complaint = BlockHeader.complaint(bytes, at, BlockHeader.volume(image));
    if (complaint != null) {
      return complaint;
    }
    if (BlockHeader.type(image) != BlockType.SUPERBLOCK) {
      return String.valueOf(BlockHeader.type(image));
    }
    long total = getLong(image, TOTAL_BLOCKS);
    int chunks = getInt(image, GROUP_CHUNKS);
    if (getInt(image, BLOCK_BYTES) != BlockHeader.BLOCK) {
      return "blocks of " + getInt(image, BLOCK_BYTES) + " bytes";
    }
    if (total < Geometry.MIN_BLOCKS || total > deviceBlocks) {
      return "a volume of " + Long.toUnsignedString(total) + " blocks on a device of " + deviceBlocks;
    }
    if (chunks < Geometry.MIN_GROUP_CHUNKS || chunks > Geometry.MAX_GROUP_CHUNKS) {
      return "groups of " + chunks + " chunks";
    }
    Geometry geometry = new Geometry(total, chunks);
    long root = getLong(image, ROOT_INODE);
    if (root < geometry.tableBlocks() || root >= Geometry.CHUNK_BLOCKS) {
      return "a root inode at block " + Long.toUnsignedString(root);
    }
    return null;
  }

  private void put(byte[] good, long at) {
    byte[] bytes = good.clone();
    MemorySegment image = MemorySegment.ofArray(bytes);
    BlockHeader.init(image, BlockType.SUPERBLOCK, at, BlockHeader.volume(image), BlockHeader.owner(image),
        BlockHeader.version(image) + 1, BlockHeader.birthEpoch(image));
    BlockHeader.seal(bytes);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(BlockHeader.BLOCK, BlockHeader.BLOCK);
      MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, BlockHeader.BLOCK);
      device.write(at * BlockHeader.BLOCK, buffer, 0, BlockHeader.BLOCK);
    }
  }
}
