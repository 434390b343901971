package cfs.fuse.wire;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/** The field types of linux/fuse.h (native byte order) and offsets by field name. */
final class Fields {
  private Fields() {}

  static MemoryLayout u16(String name) {
    return ValueLayout.JAVA_SHORT.withName(name);
  }

  static MemoryLayout u32(String name) {
    return ValueLayout.JAVA_INT.withName(name);
  }

  static MemoryLayout u64(String name) {
    return ValueLayout.JAVA_LONG.withName(name);
  }

  /** Byte offset of {@code field} in {@code struct}. */
  static long at(StructLayout struct, String field) {
    return struct.byteOffset(groupElement(field));
  }
}
