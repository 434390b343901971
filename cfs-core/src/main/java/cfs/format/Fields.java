package cfs.format;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.UUID;

/** Field types of all on-disk records. Unaligned layouts, since block images live in heap byte arrays. */
public final class Fields {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED
      .withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED
      .withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED
      .withOrder(ByteOrder.LITTLE_ENDIAN);

  private Fields() {}

  public static ValueLayout u64(String name) {
    return LONG.withName(name);
  }

  public static ValueLayout u32(String name) {
    return INT.withName(name);
  }

  public static ValueLayout u16(String name) {
    return SHORT.withName(name);
  }

  public static MemoryLayout bytes(String name, long count) {
    return MemoryLayout.sequenceLayout(count, ValueLayout.JAVA_BYTE).withName(name);
  }

  /** Two 64-bit halves, most significant first. */
  public static MemoryLayout uuid(String name) {
    return MemoryLayout.structLayout(u64("high"), u64("low")).withName(name);
  }

  public static long offset(StructLayout layout, String field) {
    return layout.byteOffset(groupElement(field));
  }

  public static long getLong(MemorySegment s, long at) {
    return s.get(LONG, at);
  }

  public static void putLong(MemorySegment s, long at, long value) {
    s.set(LONG, at, value);
  }

  public static int getInt(MemorySegment s, long at) {
    return s.get(INT, at);
  }

  public static void putInt(MemorySegment s, long at, int value) {
    s.set(INT, at, value);
  }

  public static int getShort(MemorySegment s, long at) {
    return s.get(SHORT, at) & 0xffff;
  }

  public static void putShort(MemorySegment s, long at, int value) {
    s.set(SHORT, at, (short) value);
  }

  public static UUID getUuid(MemorySegment s, long at) {
    return new UUID(getLong(s, at), getLong(s, at + 8));
  }

  public static void putUuid(MemorySegment s, long at, UUID value) {
    putLong(s, at, value.getMostSignificantBits());
    putLong(s, at + 8, value.getLeastSignificantBits());
  }
}
