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
 * Where a log starts: sequence and ring position (blocks) of the oldest transaction that may be needed. The two first blocks
 * of a journal hold it alternately; the valid one with the larger version counts.
 */
public record JournalHeader(int slot, long tailSequence, long tailPosition) {
  public static final int COPIES = 2;

  public static final StructLayout LAYOUT = MemoryLayout.structLayout(u32("slot"), u32("reserved"),
      u64("tailSequence"), u64("tailPosition"));

  private static final long SLOT = BYTES + offset(LAYOUT, "slot");
  private static final long SEQUENCE = BYTES + offset(LAYOUT, "tailSequence");
  private static final long POSITION = BYTES + offset(LAYOUT, "tailPosition");

  public static JournalHeader read(MemorySegment image) {
    return new JournalHeader(getInt(image, SLOT), getLong(image, SEQUENCE), getLong(image, POSITION));
  }

  public void write(MemorySegment image) {
    putInt(image, SLOT, slot);
    putLong(image, SEQUENCE, tailSequence);
    putLong(image, POSITION, tailPosition);
  }
}
