package cfs.format;

import static cfs.format.BlockHeader.BYTES;
import static cfs.format.Fields.bytes;
import static cfs.format.Fields.getShort;
import static cfs.format.Fields.offset;
import static cfs.format.Fields.putShort;
import static cfs.format.Fields.u16;
import static cfs.format.Fields.u32;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/**
 * A block of up to 100 chunk entries: type, number of free blocks and one bit per block (set = used). Metadata and data never
 * share a chunk, so that a block that was metadata once always carries a comparable version.
 */
public final class ChunkMap {
  public static final int FREE = 0;
  public static final int METADATA = 1;
  public static final int DATA = 2;
  public static final int JOURNAL = 3;

  public static final StructLayout ENTRY = MemoryLayout.structLayout(u16("type"), u16("freeBlocks"),
      u32("reserved"), bytes("used", 32));

  public static final int ENTRY_BYTES = (int) ENTRY.byteSize();
  public static final int ENTRIES = 100;

  private static final long TYPE = offset(ENTRY, "type");
  private static final long FREE_COUNT = offset(ENTRY, "freeBlocks");
  private static final long USED = offset(ENTRY, "used");

  private ChunkMap() {}

  private static long at(int chunk) {
    return BYTES + (long) (chunk % ENTRIES) * ENTRY_BYTES;
  }

  public static int type(MemorySegment image, int chunk) {
    return getShort(image, at(chunk) + TYPE);
  }

  public static void type(MemorySegment image, int chunk, int type) {
    putShort(image, at(chunk) + TYPE, type);
  }

  public static int freeBlocks(MemorySegment image, int chunk) {
    return getShort(image, at(chunk) + FREE_COUNT);
  }

  public static void freeBlocks(MemorySegment image, int chunk, int count) {
    putShort(image, at(chunk) + FREE_COUNT, count);
  }

  public static boolean used(MemorySegment image, int chunk, int index) {
    return (image.get(ValueLayout.JAVA_BYTE, at(chunk) + USED + (index >> 3)) >> (index & 7) & 1) != 0;
  }

  public static void used(MemorySegment image, int chunk, int index, boolean used) {
    long at = at(chunk) + USED + (index >> 3);
    int bit = 1 << (index & 7);
    int old = image.get(ValueLayout.JAVA_BYTE, at);
    image.set(ValueLayout.JAVA_BYTE, at, (byte) (used ? old | bit : old & ~bit));
  }
}
