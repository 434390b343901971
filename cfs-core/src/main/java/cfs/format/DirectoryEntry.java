package cfs.format;

import static cfs.format.Fields.getLong;
import static cfs.format.Fields.getShort;
import static cfs.format.Fields.offset;
import static cfs.format.Fields.putLong;
import static cfs.format.Fields.putShort;
import static cfs.format.Fields.u16;
import static cfs.format.Fields.u64;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/**
 * A name in a directory: inode number, type (DT_* of dirent.h) and the name's raw bytes. The tree key is the name's position:
 * 55 bits of its seeded hash, then 8 bits that tell equal hashes apart; positions are below 2^63 and above 255, so that they
 * serve as directory offsets for ever.
 */
public record DirectoryEntry(long inode, int type, byte[] name) {
  public static final int NAME_MAX = 255;

  public static final StructLayout LAYOUT = MemoryLayout.structLayout(u64("inode"), u16("type"),
      u16("reserved"));

  private static final long INODE = offset(LAYOUT, "inode");
  private static final long TYPE = offset(LAYOUT, "type");
  public static final int FIXED_BYTES = (int) LAYOUT.byteSize();

  public static DirectoryEntry read(MemorySegment s, long at, int length) {
    byte[] name = s.asSlice(at + FIXED_BYTES, length - FIXED_BYTES).toArray(ValueLayout.JAVA_BYTE);
    return new DirectoryEntry(getLong(s, at + INODE), getShort(s, at + TYPE), name);
  }

  public static boolean nameEquals(MemorySegment s, long at, int length, byte[] name) {
    if (length - FIXED_BYTES != name.length) {
      return false;
    }
    for (int i = 0; i < name.length; i++) {
      if (s.get(ValueLayout.JAVA_BYTE, at + FIXED_BYTES + i) != name[i]) {
        return false;
      }
    }
    return true;
  }

  public byte[] toBytes() {
    byte[] bytes = new byte[FIXED_BYTES + name.length];
    MemorySegment s = MemorySegment.ofArray(bytes);
    putLong(s, INODE, inode);
    putShort(s, TYPE, type);
    System.arraycopy(name, 0, bytes, FIXED_BYTES, name.length);
    return bytes;
  }

  /** First position of a name; up to 255 more follow for names with the same hash. */
  public static long position(long seed, byte[] name) {
    long h = seed ^ 0x9e3779b97f4a7c15L * name.length;
    for (byte b : name) {
      h = (h ^ b & 0xff) * 0xff51afd7ed558ccdL;
      h ^= h >>> 32;
    }
    h = (h ^ h >>> 29) * 0xc4ceb9fe1a85ec53L;
    h ^= h >>> 32;
    long hash = h >>> 9;
    return Math.max(hash, 1) << 8;
  }
}
