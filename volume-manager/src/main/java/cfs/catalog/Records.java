package cfs.catalog;

import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.UUID;
import java.util.zip.CRC32C;

/** What all records on a LUN share: little-endian fields, 16-byte uuids with the high half first, crc32c (RFC 3720). */
final class Records {
  static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final MemoryLayout UUID_BYTES = MemoryLayout.sequenceLayout(16, ValueLayout.JAVA_BYTE);

  private Records() {}

  /** Handle of one field; its coordinates are a segment and the record's offset in it. */
  static VarHandle field(GroupLayout record, String name) {
    return record.varHandle(PathElement.groupElement(name)).withInvokeExactBehavior();
  }

  static long offset(GroupLayout record, String name) {
    return record.byteOffset(PathElement.groupElement(name));
  }

  static UUID readUuid(MemorySegment from, long offset) {
    return new UUID(from.get(LONG, offset), from.get(LONG, offset + 8));
  }

  static void writeUuid(MemorySegment to, long offset, UUID uuid) {
    to.set(LONG, offset, uuid.getMostSignificantBits());
    to.set(LONG, offset + 8, uuid.getLeastSignificantBits());
  }

  /** Checksum of {@code length} bytes in which the four at {@code crcOffset} count as zero. */
  static int crc(MemorySegment bytes, long start, long length, long crcOffset) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.asSlice(start, crcOffset).asByteBuffer());
    crc.update(new byte[Integer.BYTES]);
    long rest = crcOffset + Integer.BYTES;
    crc.update(bytes.asSlice(start + rest, length - rest).asByteBuffer());
    return (int) crc.getValue();
  }
}
