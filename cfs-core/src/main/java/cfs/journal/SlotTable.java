package cfs.journal;

import cfs.error.CorruptionException;
import cfs.format.BlockHeader;
import cfs.format.BlockType;
import cfs.format.Geometry;
import cfs.format.SlotRecord;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Where each host slot's journal is. Written only by the slot's host, under the mount lock. */
public final class SlotTable {
  private SlotTable() {}

  /** Null if the slot was never used; a record whose other copy is damaged counts. */
  public static @Nullable SlotRecord read(BlockStore store, int slot) {
    boolean blank = true;
    byte @Nullable [] best = null;
    for (int copy = 0; copy < Geometry.SLOT_COPIES; copy++) {
      long block = Geometry.slotBlock(slot, copy);
      byte[] bytes = store.readRaw(block);
      MemorySegment image = MemorySegment.ofArray(bytes);
      if (BlockHeader.complaint(bytes, block, store.volume()) == null
          && BlockHeader.type(image) == BlockType.SLOT
          && BlockHeader.owner(image) == slot) {
        if (best == null || BlockHeader.version(image) > BlockHeader.version(MemorySegment.ofArray(best))) {
          best = bytes;
        }
      }
      // A first write that tore leaves one damaged and one blank copy: the slot was never used.
      blank &= copy == 0
          || MemorySegment.ofArray(bytes).mismatch(MemorySegment.ofArray(new byte[bytes.length])) < 0;
    }
    if (best == null && !blank) {
      throw new CorruptionException(Geometry.slotBlock(slot, 0), "the record of slot " + slot,
          "two damaged copies");
    }
    return best == null ? null : SlotRecord.read(MemorySegment.ofArray(best));
  }

  /** Writes both copies, each durable before the next. */
  public static void write(BlockStore store, SlotRecord slot, long version) {
    for (int copy = 0; copy < Geometry.SLOT_COPIES; copy++) {
      long block = Geometry.slotBlock(slot.slot(), copy);
      byte[] bytes = new byte[BlockHeader.BLOCK];
      MemorySegment image = MemorySegment.ofArray(bytes);
      BlockHeader.init(image, BlockType.SLOT, block, store.volume(), slot.slot(), version, 0);
      slot.write(image);
      BlockHeader.seal(bytes);
      store.write(block, bytes);
      store.device().flush();
    }
  }
}
