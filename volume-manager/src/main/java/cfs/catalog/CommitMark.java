package cfs.catalog;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import java.util.UUID;

/**
 * Says that the body in the same slot is committed. Lies within one sector, so it is there or not, never torn; names the
 * body by checksum, so a mark of an older body in a reused slot says nothing about the new one.
 */
record CommitMark(long generation, int bodyCrc, UUID group) {
  /** "CFSCOMIT" as bytes in this order on the LUN. */
  static final long MAGIC = 0x54494D4F43534643L;

  static final int VERSION = 1;

  static final StructLayout LAYOUT = MemoryLayout.structLayout(Records.LONG.withName("magic"),
      Records.INT.withName("version"), Records.INT.withName("crc"), Records.LONG.withName("generation"),
      Records.INT.withName("bodyCrc"), Records.INT.withName("reserved"),
      Records.UUID_BYTES.withName("group"));

  private static final VarHandle MAGIC_FIELD = Records.field(LAYOUT, "magic");
  private static final VarHandle VERSION_FIELD = Records.field(LAYOUT, "version");
  private static final VarHandle CRC = Records.field(LAYOUT, "crc");
  private static final VarHandle GENERATION = Records.field(LAYOUT, "generation");
  private static final VarHandle BODY_CRC = Records.field(LAYOUT, "bodyCrc");
  private static final long CRC_OFFSET = Records.offset(LAYOUT, "crc");
  private static final long GROUP_OFFSET = Records.offset(LAYOUT, "group");

  /** Writes at the start of {@code to}, which is zero. */
  void write(MemorySegment to) {
    MAGIC_FIELD.set(to, 0L, MAGIC);
    VERSION_FIELD.set(to, 0L, VERSION);
    GENERATION.set(to, 0L, generation);
    BODY_CRC.set(to, 0L, bodyCrc);
    Records.writeUuid(to, GROUP_OFFSET, group);
    CRC.set(to, 0L, Records.crc(to, 0, LAYOUT.byteSize(), CRC_OFFSET));
  }

  static Optional<CommitMark> read(MemorySegment from) {
    boolean holds = (long) MAGIC_FIELD.get(from, 0L) == MAGIC && (int) VERSION_FIELD.get(from, 0L) == VERSION
        && (int) CRC.get(from, 0L) == Records.crc(from, 0, LAYOUT.byteSize(), CRC_OFFSET);
    return holds
        ? Optional.of(new CommitMark((long) GENERATION.get(from, 0L), (int) BODY_CRC.get(from, 0L),
            Records.readUuid(from, GROUP_OFFSET)))
        : Optional.empty();
  }
}
