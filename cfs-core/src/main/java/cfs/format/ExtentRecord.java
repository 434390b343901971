package cfs.format;

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
 * A run of a file's blocks on the volume: the tree key is the first file block, the payload this. A run never leaves its
 * allocation group. UNWRITTEN blocks are allocated but read as zeroes.
 */
public record ExtentRecord(long volumeBlock, int count, int flags, long birthEpoch) {
  public static final int UNWRITTEN = 1;

  public static final StructLayout LAYOUT = MemoryLayout.structLayout(u64("volumeBlock"), u32("count"),
      u32("flags"), u64("birthEpoch"));

  public static final int BYTES = (int) LAYOUT.byteSize();

  private static final long BLOCK_AT = offset(LAYOUT, "volumeBlock");
  private static final long COUNT_AT = offset(LAYOUT, "count");
  private static final long FLAGS_AT = offset(LAYOUT, "flags");
  private static final long EPOCH_AT = offset(LAYOUT, "birthEpoch");

  public static long volumeBlock(MemorySegment s, long at) {
    return getLong(s, at + BLOCK_AT);
  }

  public static int count(MemorySegment s, long at) {
    return getInt(s, at + COUNT_AT);
  }

  public static int flags(MemorySegment s, long at) {
    return getInt(s, at + FLAGS_AT);
  }

  public static ExtentRecord read(MemorySegment s, long at) {
    return new ExtentRecord(volumeBlock(s, at), count(s, at), flags(s, at), getLong(s, at + EPOCH_AT));
  }

  public byte[] toBytes() {
    byte[] bytes = new byte[BYTES];
    MemorySegment s = MemorySegment.ofArray(bytes);
    putLong(s, BLOCK_AT, volumeBlock);
    putInt(s, COUNT_AT, count);
    putInt(s, FLAGS_AT, flags);
    putLong(s, EPOCH_AT, birthEpoch);
    return bytes;
  }

  public boolean unwritten() {
    return (flags & UNWRITTEN) != 0;
  }
}
