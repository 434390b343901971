package cfs.catalog;

import cfs.error.Invariant;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;
import java.util.UUID;

/**
 * Who a LUN is: written when it is labelled, never changed while it is in its group.
 *
 * @param cluster only hosts of this cluster may open the LUN
 * @param group disk group
 * @param lun identity of the LUN
 * @param lineage drawn anew at each labelling and named by the catalog: tells a reused or copied LUN from the real one
 * @param lunIndex 0 to lunCount - 1
 * @param lunCount LUNs of the group when it was labelled
 * @param sizeBytes size of the LUN when it was labelled: the tail area is found by it, and truncation detected
 */
public record Label(UUID cluster, UUID group, UUID lun, long lineage, int lunIndex, int lunCount,
    long sizeBytes) {
  /** "CFSLUN" and two digits, as bytes in this order on the LUN. */
  static final long MAGIC = 0x31304E554C534643L;

  static final int VERSION = 1;

  static final StructLayout LAYOUT = MemoryLayout.structLayout(Records.LONG.withName("magic"),
      Records.INT.withName("version"), Records.INT.withName("crc"), Records.UUID_BYTES.withName("cluster"),
      Records.UUID_BYTES.withName("group"), Records.UUID_BYTES.withName("lun"),
      Records.LONG.withName("lineage"), Records.LONG.withName("sizeBytes"),
      Records.LONG.withName("areaStart"),
      Records.INT.withName("lunIndex"), Records.INT.withName("lunCount"),
      MemoryLayout.paddingLayout(LunLayout.LABEL_BYTES - 96).withName("reserved"));

  private static final VarHandle MAGIC_FIELD = Records.field(LAYOUT, "magic");
  private static final VarHandle VERSION_FIELD = Records.field(LAYOUT, "version");
  private static final VarHandle CRC = Records.field(LAYOUT, "crc");
  private static final VarHandle LINEAGE = Records.field(LAYOUT, "lineage");
  private static final VarHandle SIZE = Records.field(LAYOUT, "sizeBytes");
  private static final VarHandle AREA_START = Records.field(LAYOUT, "areaStart");
  private static final VarHandle INDEX = Records.field(LAYOUT, "lunIndex");
  private static final VarHandle COUNT = Records.field(LAYOUT, "lunCount");
  private static final long CRC_OFFSET = Records.offset(LAYOUT, "crc");
  private static final long CLUSTER_OFFSET = Records.offset(LAYOUT, "cluster");
  private static final long GROUP_OFFSET = Records.offset(LAYOUT, "group");
  private static final long LUN_OFFSET = Records.offset(LAYOUT, "lun");

  public Label {
    Invariant.check(lunIndex >= 0 && lunIndex < lunCount, "LUN index", lunIndex);
    Invariant.check(sizeBytes >= LunLayout.LUN_BYTES_MIN, "LUN size", sizeBytes);
  }

  /** Start of the tail area, as of labelling. */
  public long tailStart() {
    return LunLayout.tailStart(sizeBytes);
  }

  /** What a label block turned out to be. */
  enum State {
    VALID,
    /** No magic: nobody labelled this, or it was overwritten. */
    ABSENT,
    /** Magic, but the checksum or the values do not hold. */
    DAMAGED,
    TOO_NEW
  }

  /** Fills one 4 KiB block. {@code areaStart} is the LUN offset it goes to, which reading checks. */
  void write(MemorySegment to, long areaStart) {
    to.asSlice(0, LunLayout.LABEL_BYTES).fill((byte) 0);
    MAGIC_FIELD.set(to, 0L, MAGIC);
    VERSION_FIELD.set(to, 0L, VERSION);
    Records.writeUuid(to, CLUSTER_OFFSET, cluster);
    Records.writeUuid(to, GROUP_OFFSET, group);
    Records.writeUuid(to, LUN_OFFSET, lun);
    LINEAGE.set(to, 0L, lineage);
    SIZE.set(to, 0L, sizeBytes);
    AREA_START.set(to, 0L, areaStart);
    INDEX.set(to, 0L, lunIndex);
    COUNT.set(to, 0L, lunCount);
    CRC.set(to, 0L, Records.crc(to, 0, LunLayout.LABEL_BYTES, CRC_OFFSET));
  }

  static State check(MemorySegment from, long areaStart) {
    if ((long) MAGIC_FIELD.get(from, 0L) != MAGIC) {
      return State.ABSENT;
    }
    int version = (int) VERSION_FIELD.get(from, 0L);
    if ((int) CRC.get(from, 0L) != Records.crc(from, 0, LunLayout.LABEL_BYTES, CRC_OFFSET)) {
      return State.DAMAGED;
    }
    if (version > VERSION) {
      return State.TOO_NEW;
    }
    int index = (int) INDEX.get(from, 0L);
    boolean holds = version == VERSION && (long) AREA_START.get(from, 0L) == areaStart && index >= 0
        && index < (int) COUNT.get(from, 0L) && (int) COUNT.get(from, 0L) <= Catalog.MEMBERS_MAX
        && (long) SIZE.get(from, 0L) >= LunLayout.LUN_BYTES_MIN;
    return holds ? State.VALID : State.DAMAGED;
  }

  static int version(MemorySegment from) {
    return (int) VERSION_FIELD.get(from, 0L);
  }

  /** Only after {@link #check} found it VALID. */
  static Label read(MemorySegment from) {
    return new Label(Records.readUuid(from, CLUSTER_OFFSET), Records.readUuid(from, GROUP_OFFSET),
        Records.readUuid(from, LUN_OFFSET), (long) LINEAGE.get(from, 0L), (int) INDEX.get(from, 0L),
        (int) COUNT.get(from, 0L), (long) SIZE.get(from, 0L));
  }
}
