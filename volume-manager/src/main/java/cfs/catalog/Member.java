package cfs.catalog;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;
import java.util.UUID;

/**
 * One LUN of the group, as the catalog knows it.
 *
 * @param lun identity, as in its label
 * @param lineage as in its label; another value there means a copy or a relabelled LUN
 * @param sizeBytes size as of labelling
 */
public record Member(UUID lun, long lineage, long sizeBytes) {
  static final StructLayout LAYOUT = MemoryLayout.structLayout(Records.UUID_BYTES.withName("lun"),
      Records.LONG.withName("lineage"), Records.LONG.withName("sizeBytes"));

  private static final VarHandle LINEAGE = Records.field(LAYOUT, "lineage");
  private static final VarHandle SIZE = Records.field(LAYOUT, "sizeBytes");
  private static final long LUN_OFFSET = Records.offset(LAYOUT, "lun");

  void write(MemorySegment to, long at) {
    Records.writeUuid(to, at + LUN_OFFSET, lun);
    LINEAGE.set(to, at, lineage);
    SIZE.set(to, at, sizeBytes);
  }

  static Member read(MemorySegment from, long at) {
    return new Member(Records.readUuid(from, at + LUN_OFFSET), (long) LINEAGE.get(from, at),
        (long) SIZE.get(from, at));
  }
}
