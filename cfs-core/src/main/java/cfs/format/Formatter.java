package cfs.format;

import static cfs.format.Fields.getLong;
import static cfs.format.Fields.putInt;
import static cfs.format.Fields.putLong;
import static cfs.format.Fields.putShort;

import cfs.error.FsError;
import cfs.error.FsException;
import cfs.port.BlockDevice;
import cfs.tree.BTree;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Makes an empty volume. Until the primary superblock is written, as the last step and after a flush, the device holds no
 * volume: a format that is cut short leaves neither the old nor half a new one.
 *
 * <p>Only group 0 is initialised; a group whose header block is all zero counts as never used. Up to
 * {@value #HEADERS_ZEROED_MAX} groups the header blocks are zeroed one by one; above that (256 TiB) the whole volume is
 * handed to {@link BlockDevice#writeZeroes}, which such a device must answer without writing every byte.
 */
public final class Formatter {
  static final long HEADERS_ZEROED_MAX = 65_536;

  /** First epoch; 0 stays free to mean none. */
  public static final long FIRST_EPOCH = 1;

  private static final long FIRST_VERSION = 1;

  /** A multiple of every sector size, and far below the end of a long. */
  private static final long ZERO_BYTES_MAX = 1L << 60;

  private static final int DIRECTORY_MODE = 0040000;

  private final BlockDevice device;
  private final Superblock superblock;
  private final Geometry geometry;
  private final MemorySegment buffer;

  private Formatter(BlockDevice device, Superblock superblock, MemorySegment buffer) {
    this.device = device;
    this.superblock = superblock;
    this.geometry = superblock.geometry();
    this.buffer = buffer;
  }

  /**
   * Formats the whole device, whatever it held.
   *
   * @throws FsException INVALID if it is smaller than 128 MiB
   */
  public static Superblock format(BlockDevice volume, FormatOptions options) {
    // Unsigned, since a volume may end at 2^64 - 1.
    long blocks = volume.sizeBytes() >>> 12;
    if (blocks < Geometry.MIN_BLOCKS) {
      throw new FsException(FsError.INVALID,
          "A volume has at least 128 MiB, this one has " + volume.sizeBytes()
              + " bytes.");
    }
    return format(volume, options, Geometry.forSize(blocks));
  }

  /** As above with a given geometry, which must fit the device. */
  public static Superblock format(BlockDevice volume, FormatOptions options, Geometry geometry) {
    Superblock superblock = new Superblock(
        options.volume(),
        options.cluster(),
        options.name(),
        geometry,
        geometry.tableBlocks(),
        FIRST_EPOCH,
        options.hashSeed(),
        options.nowNanos(),
        0);
    try (Arena arena = Arena.ofConfined()) {
      new Formatter(volume, superblock, arena.allocate(BlockHeader.BLOCK, BlockHeader.BLOCK)).run(options);
    }
    return superblock;
  }

  private void run(FormatOptions options) {
    removeSuperblocks();
    device.flush();
    zeroGroupHeaders();
    zero(Geometry.SLOT_TABLE, (long) Geometry.SLOT_CHUNKS * Geometry.CHUNK_BLOCKS);
    writeGroupZero();
    write(rootInode(options));
    if (geometry.groupCount() > 1) {
      write(superblockImage(geometry.backupSuperblock()));
    }
    device.flush();
    write(superblockImage(0));
    device.flush();
  }

  /** Also those of an earlier format with other group sizes: nobody may find them when block 0 is lost one day. */
  private void removeSuperblocks() {
    zero(0, 1);
    for (long chunks = Geometry.MIN_GROUP_CHUNKS; chunks <= Geometry.MAX_GROUP_CHUNKS; chunks *= 2) {
      long block = chunks * Geometry.CHUNK_BLOCKS;
      if (geometry.contains(block, 1)) {
        zero(block, 1);
      }
    }
  }

  private void zeroGroupHeaders() {
    long groups = geometry.groupCount();
    if (groups > HEADERS_ZEROED_MAX) {
      zero(0, geometry.totalBlocks());
      return;
    }
    for (long group = 0; group < groups; group++) {
      zero(geometry.headerBlock(group), 1);
    }
  }

  private void writeGroupZero() {
    byte[] header = GroupTables.header(geometry, superblock.volume(), 0, FIRST_VERSION, FIRST_EPOCH);
    MemorySegment image = MemorySegment.ofArray(header);
    putLong(image, GroupHeader.FREE_BLOCKS, getLong(image, GroupHeader.FREE_BLOCKS) - 1);
    int rootIndex = (int) superblock.rootInode();
    for (int i = 0; i < geometry.mapBlocks(); i++) {
      byte[] map = GroupTables.map(geometry, superblock.volume(), 0, i, FIRST_VERSION, FIRST_EPOCH);
      if (i == 0) {
        MemorySegment entries = MemorySegment.ofArray(map);
        ChunkMap.used(entries, 0, rootIndex, true);
        ChunkMap.freeBlocks(entries, 0, ChunkMap.freeBlocks(entries, 0) - 1);
      }
      write(map);
    }
    write(header);
  }

  private byte[] rootInode(FormatOptions options) {
    byte[] block = new byte[BlockHeader.BLOCK];
    MemorySegment image = MemorySegment.ofArray(block);
    long root = superblock.rootInode();
    BlockHeader.init(
        image, BlockType.INODE, root, superblock.volume(), root, FIRST_VERSION, FIRST_EPOCH);
    putLong(image, InodeRecord.GENERATION, 1);
    putInt(image, InodeRecord.MODE, DIRECTORY_MODE | options.rootMode());
    putInt(image, InodeRecord.LINK_COUNT, 2);
    putInt(image, InodeRecord.UID, options.rootUid());
    putInt(image, InodeRecord.GID, options.rootGid());
    putLong(image, InodeRecord.ACCESS, options.nowNanos());
    putLong(image, InodeRecord.MODIFY, options.nowNanos());
    putLong(image, InodeRecord.CHANGE, options.nowNanos());
    putLong(image, InodeRecord.BIRTH, options.nowNanos());
    putLong(image, InodeRecord.PARENT, root);
    putShort(image, InodeRecord.PAYLOAD_KIND, InodeRecord.DIRECTORY);
    BTree.format(image, InodeRecord.PAYLOAD, InodeRecord.PAYLOAD_BYTES);
    BTree.format(image, InodeRecord.XATTRS, InodeRecord.XATTR_BYTES);
    return block;
  }

  private byte[] superblockImage(long at) {
    byte[] block = new byte[BlockHeader.BLOCK];
    MemorySegment image = MemorySegment.ofArray(block);
    BlockHeader.init(
        image, BlockType.SUPERBLOCK, at, superblock.volume(), 0, FIRST_VERSION, FIRST_EPOCH);
    superblock.write(image);
    return block;
  }

  /** Seals a block and writes it where its header says it belongs. */
  private void write(byte[] block) {
    BlockHeader.seal(block);
    MemorySegment.copy(block, 0, buffer, ValueLayout.JAVA_BYTE, 0, BlockHeader.BLOCK);
    device.write(BlockHeader.block(buffer) * BlockHeader.BLOCK, buffer, 0, BlockHeader.BLOCK);
  }

  private void zero(long block, long count) {
    long offset = block * BlockHeader.BLOCK;
    long left = count;
    while (left > 0) {
      long step = Math.min(left, ZERO_BYTES_MAX / BlockHeader.BLOCK);
      device.writeZeroes(offset, step * BlockHeader.BLOCK);
      offset += step * BlockHeader.BLOCK;
      left -= step;
    }
  }
}
