package cfs.catalog;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;
import java.util.UUID;

/**
 * A range of one LUN that a segment uses as one of its columns.
 *
 * @param lun identity of the LUN
 * @param start bytes from the start of the LUN, whole MiB, inside its data area
 * @param length bytes, positive whole MiB
 */
public record Extent(UUID lun, long start, long length) {
  static final StructLayout LAYOUT = MemoryLayout.structLayout(Records.UUID_BYTES.withName("lun"),
      Records.LONG.withName("start"), Records.LONG.withName("length"));

  private static final VarHandle START = Records.field(LAYOUT, "start");
  private static final VarHandle LENGTH = Records.field(LAYOUT, "length");
  private static final long LUN_OFFSET = Records.offset(LAYOUT, "lun");

  void write(MemorySegment to, long at) {
    Records.writeUuid(to, at + LUN_OFFSET, lun);
    START.set(to, at, start);
    LENGTH.set(to, at, length);
  }

  static Extent read(MemorySegment from, long at) {
    return new Extent(Records.readUuid(from, at + LUN_OFFSET), (long) START.get(from, at),
        (long) LENGTH.get(from, at));
  }
}
