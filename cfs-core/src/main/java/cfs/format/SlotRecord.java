package cfs.format;

import static cfs.format.BlockHeader.BYTES;
import static cfs.format.Fields.getInt;
import static cfs.format.Fields.getLong;
import static cfs.format.Fields.offset;
import static cfs.format.Fields.putInt;
import static cfs.format.Fields.putLong;
import static cfs.format.Fields.u32;
import static cfs.format.Fields.u64;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/**
 * A host slot: where its journal is and which directory holds its orphans (unlinked, still open inodes). Kept twice; written
 * one copy after the other with a flush between, so that a torn write leaves the other. An all-zero pair: never used.
 */
public record SlotRecord(int slot, long journalBlock, int journalBlocks, long orphanDirectory) {
  public static final StructLayout LAYOUT = MemoryLayout.structLayout(u32("slot"), u32("journalBlocks"),
      u64("journalBlock"), u64("orphanDirectory"));

  private static final long SLOT = BYTES + offset(LAYOUT, "slot");
  private static final long BLOCKS = BYTES + offset(LAYOUT, "journalBlocks");
  private static final long BLOCK = BYTES + offset(LAYOUT, "journalBlock");
  private static final long ORPHANS = BYTES + offset(LAYOUT, "orphanDirectory");

  public static SlotRecord read(MemorySegment image) {
    return new SlotRecord(
        getInt(image, SLOT), getLong(image, BLOCK), getInt(image, BLOCKS), getLong(image, ORPHANS));
  }

  public void write(MemorySegment image) {
    putInt(image, SLOT, slot);
    putInt(image, BLOCKS, journalBlocks);
    putLong(image, BLOCK, journalBlock);
    putLong(image, ORPHANS, orphanDirectory);
  }
}
