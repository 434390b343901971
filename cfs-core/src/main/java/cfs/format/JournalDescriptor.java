package cfs.format;

import static cfs.format.BlockHeader.BYTES;
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
 * Starts a transaction in the log. A transaction is: descriptor blocks with one entry per image, the images (whole blocks),
 * one commit block whose checksum covers all of it. Header fields of descriptor and commit: block = position in the ring,
 * owner = slot, version = sequence.
 */
public final class JournalDescriptor {
  public static final StructLayout LAYOUT = MemoryLayout.structLayout(u64("sequence"), u32("images"),
      u32("reserved"));
  public static final StructLayout ENTRY = MemoryLayout.structLayout(u64("block"), u64("owner"),
      u64("version"), u32("type"), u32("reserved"));

  /** In the commit block: sequence as above, then crc32c of all earlier blocks of the transaction. */
  public static final StructLayout COMMIT = MemoryLayout.structLayout(u64("sequence"), u32("images"),
      u32("crc32c"));

  private static final long SEQUENCE = BYTES + offset(LAYOUT, "sequence");
  private static final long IMAGES = BYTES + offset(LAYOUT, "images");
  private static final long CRC = BYTES + offset(COMMIT, "crc32c");
  private static final long ENTRIES_AT = BYTES + LAYOUT.byteSize();
  private static final long ENTRY_BYTES = ENTRY.byteSize();
  private static final long BLOCK = offset(ENTRY, "block");
  private static final long OWNER = offset(ENTRY, "owner");
  private static final long VERSION = offset(ENTRY, "version");
  private static final long TYPE = offset(ENTRY, "type");

  /** Entries per descriptor block. */
  public static final int ENTRIES = (int) ((BlockHeader.BLOCK - ENTRIES_AT) / ENTRY_BYTES);

  /** One logged block. */
  public record Entry(long block, long owner, long version, int type) {}

  private JournalDescriptor() {}

  public static int descriptors(int images) {
    return Math.max(1, (images + ENTRIES - 1) / ENTRIES);
  }

  /** Blocks of a whole transaction. */
  public static int blocks(int images) {
    return descriptors(images) + images + 1;
  }

  public static void head(MemorySegment image, long sequence, int images) {
    putLong(image, SEQUENCE, sequence);
    putInt(image, IMAGES, images);
  }

  public static long sequence(MemorySegment image) {
    return getLong(image, SEQUENCE);
  }

  public static int images(MemorySegment image) {
    return getInt(image, IMAGES);
  }

  public static int crc(MemorySegment commit) {
    return getInt(commit, CRC);
  }

  public static void crc(MemorySegment commit, int crc) {
    putInt(commit, CRC, crc);
  }

  public static void entry(MemorySegment image, int index, Entry e) {
    long at = ENTRIES_AT + index * ENTRY_BYTES;
    putLong(image, at + BLOCK, e.block());
    putLong(image, at + OWNER, e.owner());
    putLong(image, at + VERSION, e.version());
    putInt(image, at + TYPE, e.type());
  }

  public static Entry entry(MemorySegment image, int index) {
    long at = ENTRIES_AT + index * ENTRY_BYTES;
    return new Entry(
        getLong(image, at + BLOCK), getLong(image, at + OWNER), getLong(image, at + VERSION),
        getInt(image, at + TYPE));
  }
}
