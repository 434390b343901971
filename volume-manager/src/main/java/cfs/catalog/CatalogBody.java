package cfs.catalog;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The catalog's form on a LUN: a header, the members, the segments with their columns; one checksum over all of it. */
final class CatalogBody {
  /** "CFSCATLG" as bytes in this order on the LUN. */
  static final long MAGIC = 0x474C544143534643L;

  static final int VERSION = 1;

  static final StructLayout HEADER = MemoryLayout.structLayout(Records.LONG.withName("magic"),
      Records.INT.withName("version"), Records.INT.withName("crc"), Records.LONG.withName("generation"),
      Records.INT.withName("lengthBytes"), Records.INT.withName("memberCount"),
      Records.UUID_BYTES.withName("cluster"), Records.UUID_BYTES.withName("group"),
      Records.UUID_BYTES.withName("volume"), Records.INT.withName("segmentCount"),
      Records.INT.withName("nameBytes"),
      MemoryLayout.sequenceLayout(Catalog.NAME_BYTES_MAX, ValueLayout.JAVA_BYTE).withName("name"),
      Records.LONG.withName("reserved"));

  private static final VarHandle MAGIC_FIELD = Records.field(HEADER, "magic");
  private static final VarHandle VERSION_FIELD = Records.field(HEADER, "version");
  private static final VarHandle CRC = Records.field(HEADER, "crc");
  private static final VarHandle GENERATION = Records.field(HEADER, "generation");
  private static final VarHandle LENGTH = Records.field(HEADER, "lengthBytes");
  private static final VarHandle MEMBER_COUNT = Records.field(HEADER, "memberCount");
  private static final VarHandle SEGMENT_COUNT = Records.field(HEADER, "segmentCount");
  private static final VarHandle NAME_BYTES = Records.field(HEADER, "nameBytes");
  private static final long CRC_OFFSET = Records.offset(HEADER, "crc");
  private static final long CLUSTER_OFFSET = Records.offset(HEADER, "cluster");
  private static final long GROUP_OFFSET = Records.offset(HEADER, "group");
  private static final long VOLUME_OFFSET = Records.offset(HEADER, "volume");
  private static final long NAME_OFFSET = Records.offset(HEADER, "name");

  private CatalogBody() {}

  static long lengthBytes(Catalog catalog) {
    return HEADER.byteSize() + catalog.members().size() * Member.LAYOUT.byteSize()
        + catalog.segments().stream().mapToLong(SegmentRecord::recordBytes).sum();
  }

  /** Writes at the start of {@code to}, which is zero and large enough; returns the body's checksum. */
  static int write(Catalog catalog, MemorySegment to) {
    MAGIC_FIELD.set(to, 0L, MAGIC);
    VERSION_FIELD.set(to, 0L, VERSION);
    GENERATION.set(to, 0L, catalog.generation());
    LENGTH.set(to, 0L, (int) lengthBytes(catalog));
    MEMBER_COUNT.set(to, 0L, catalog.members().size());
    SEGMENT_COUNT.set(to, 0L, catalog.segments().size());
    Records.writeUuid(to, CLUSTER_OFFSET, catalog.cluster());
    Records.writeUuid(to, GROUP_OFFSET, catalog.group());
    Records.writeUuid(to, VOLUME_OFFSET, catalog.volume());
    byte[] name = catalog.name().getBytes(StandardCharsets.US_ASCII);
    NAME_BYTES.set(to, 0L, name.length);
    MemorySegment.copy(name, 0, to, ValueLayout.JAVA_BYTE, NAME_OFFSET, name.length);
    long at = HEADER.byteSize();
    for (Member member : catalog.members()) {
      member.write(to, at);
      at += Member.LAYOUT.byteSize();
    }
    for (SegmentRecord segment : catalog.segments()) {
      segment.write(to, at);
      at += segment.recordBytes();
    }
    int crc = Records.crc(to, 0, at, CRC_OFFSET);
    CRC.set(to, 0L, crc);
    return crc;
  }

  /** The checksum field, which {@link #read} has verified. */
  static int crc(MemorySegment from) {
    return (int) CRC.get(from, 0L);
  }

  /** Whole and written by a newer CFS: it must not be passed over in favour of an older generation. */
  static boolean isTooNew(MemorySegment from) {
    return isWhole(from) && (int) VERSION_FIELD.get(from, 0L) > VERSION;
  }

  static int version(MemorySegment from) {
    return (int) VERSION_FIELD.get(from, 0L);
  }

  /** Magic, length and checksum keep their places and meaning in every version. */
  private static boolean isWhole(MemorySegment from) {
    int length = (int) LENGTH.get(from, 0L);
    return (long) MAGIC_FIELD.get(from, 0L) == MAGIC && length >= HEADER.byteSize()
        && length <= from.byteSize()
        && (int) CRC.get(from, 0L) == Records.crc(from, 0, length, CRC_OFFSET);
  }

  /** The catalog at the start of {@code from}; empty when it is none, torn, or damaged. */
  static Optional<Catalog> read(MemorySegment from) {
    if (!isWhole(from) || (int) VERSION_FIELD.get(from, 0L) != VERSION) {
      return Optional.empty();
    }
    try {
      return Optional.of(decode(from, (int) LENGTH.get(from, 0L)))
          .filter(catalog -> catalog.defect().isEmpty());
    } catch (IllegalArgumentException e) {
      // The checksum holds, so a faulty writer made this; other copies and generations decide.
      return Optional.empty();
    }
  }

  private static Catalog decode(MemorySegment from, int length) {
    int memberCount = (int) MEMBER_COUNT.get(from, 0L);
    int segmentCount = (int) SEGMENT_COUNT.get(from, 0L);
    int nameBytes = (int) NAME_BYTES.get(from, 0L);
    long at = HEADER.byteSize();
    if (memberCount < 0 || memberCount > (length - at) / Member.LAYOUT.byteSize() || segmentCount < 0
        || nameBytes < 0 || nameBytes > Catalog.NAME_BYTES_MAX) {
      throw new IllegalArgumentException("counts beyond the body's length");
    }
    List<Member> members = new ArrayList<>(memberCount);
    for (int i = 0; i < memberCount; i++) {
      members.add(Member.read(from, at));
      at += Member.LAYOUT.byteSize();
    }
    List<SegmentRecord> segments = new ArrayList<>();
    for (int i = 0; i < segmentCount; i++) {
      if (length - at < SegmentRecord.LAYOUT.byteSize()) {
        throw new IllegalArgumentException("segments beyond the body's length");
      }
      SegmentRecord segment = SegmentRecord.read(from, at, length);
      segments.add(segment);
      at += segment.recordBytes();
    }
    byte[] name = from.asSlice(NAME_OFFSET, nameBytes).toArray(ValueLayout.JAVA_BYTE);
    UUID cluster = Records.readUuid(from, CLUSTER_OFFSET);
    return new Catalog((long) GENERATION.get(from, 0L), cluster, Records.readUuid(from, GROUP_OFFSET),
        Records.readUuid(from, VOLUME_OFFSET), new String(name, StandardCharsets.US_ASCII), members,
        segments);
  }
}
