package cfs.fsck;

import cfs.format.BlockHeader;
import cfs.format.ChunkMap;
import cfs.format.ExtentRecord;
import cfs.tree.Visitor;
import java.lang.foreign.MemorySegment;

/** The extents of one file: form, order, bounds; marks their blocks. */
final class ExtentCheck implements Visitor {
  /** A file ends at 2^63 - 1 bytes. */
  private static final long FILE_BLOCKS_MAX = 1L << 51;

  private final CheckedVolume volume;
  private final long inode;
  private final TreeRepair repair;
  private long end;
  private long blocks;

  ExtentCheck(CheckedVolume volume, long inode, TreeRepair repair) {
    this.volume = volume;
    this.inode = inode;
    this.repair = repair;
  }

  /** Data blocks of all good extents. */
  long blocks() {
    return blocks;
  }

  /** Byte behind the last good extent. */
  long end() {
    return end >= FILE_BLOCKS_MAX ? Long.MAX_VALUE : end * BlockHeader.BLOCK;
  }

  @Override
  public boolean node(long block, int level) {
    return true;
  }

  @Override
  public void entry(long key, MemorySegment segment, long payloadOffset, int payloadLength) {
    if (payloadLength != ExtentRecord.BYTES) {
      damaged(key, "a record of " + ExtentRecord.BYTES + " bytes", payloadLength + " bytes");
      return;
    }
    ExtentRecord extent = ExtentRecord.read(segment, payloadOffset);
    if (!volume.inOneGroup(extent.volumeBlock(), extent.count())) {
      damaged(key, "blocks of one group of the volume", extent.toString());
    } else if (key < 0 || key > FILE_BLOCKS_MAX - extent.count()) {
      damaged(key, "an extent below file block 2^51", extent.toString());
    } else if (key < end) {
      damaged(key, "an extent from file block " + end + " on", extent.toString());
    } else if ((extent.flags() & ~ExtentRecord.UNWRITTEN) != 0) {
      damaged(key, "known flags", extent.toString());
    } else {
      long shared = volume.use().mark(extent.volumeBlock(), extent.count(), ChunkMap.DATA);
      if (shared >= 0 || volume.isContested(extent.volumeBlock(), extent.count())) {
        volume.findings().add(FindingCode.BLOCK_SHARED, shared >= 0 ? shared : extent.volumeBlock(),
            "data of inode " + inode + " at file block " + key + " alone", "another use",
            () -> repair.unshare(inode, key));
      }
      blocks += extent.count();
      end = key + extent.count();
    }
  }

  private void damaged(long key, String expected, String found) {
    volume.useIsIncomplete();
    volume.findings().add(FindingCode.EXTENT_DAMAGED, inode, expected + " at file block " + key, found,
        () -> repair.delete(inode, true, key));
  }
}
