package cfs.format;

import static cfs.format.Fields.getInt;
import static cfs.format.Fields.getLong;
import static cfs.format.Fields.getShort;
import static cfs.format.Fields.getUuid;
import static cfs.format.Fields.offset;
import static cfs.format.Fields.putInt;
import static cfs.format.Fields.putLong;
import static cfs.format.Fields.putShort;
import static cfs.format.Fields.putUuid;
import static cfs.format.Fields.u16;
import static cfs.format.Fields.u32;
import static cfs.format.Fields.u64;
import static cfs.format.Fields.uuid;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The first 64 bytes of every metadata block. Block number and volume uuid detect misdirected and foreign blocks, the
 * checksum torn and rotten ones; {@code version} only grows over the life of a block, also across free and reuse, so that a
 * replayed journal image can always be compared with what is on disk.
 */
public final class BlockHeader {
  /** Bytes of a block. */
  public static final int BLOCK = 4096;

  public static final int BYTES = 64;
  public static final int FORMAT_VERSION = 1;

  /** "CFSm". */
  public static final int MAGIC = 0x6d534643;

  public static final StructLayout LAYOUT = MemoryLayout.structLayout(
      u32("magic"),
      u16("type"),
      u16("formatVersion"),
      u32("crc32c"),
      u32("reserved"),
      u64("block"),
      uuid("volume"),
      u64("owner"),
      u64("version"),
      u64("birthEpoch"));

  private static final long MAGIC_AT = offset(LAYOUT, "magic");
  private static final long TYPE_AT = offset(LAYOUT, "type");
  private static final long FORMAT_AT = offset(LAYOUT, "formatVersion");
  private static final int CRC_AT = (int) offset(LAYOUT, "crc32c");
  private static final long BLOCK_AT = offset(LAYOUT, "block");
  private static final long VOLUME_AT = offset(LAYOUT, "volume");
  private static final long OWNER_AT = offset(LAYOUT, "owner");
  private static final long VERSION_AT = offset(LAYOUT, "version");
  private static final long EPOCH_AT = offset(LAYOUT, "birthEpoch");
  private static final byte[] ZERO_CRC = new byte[4];

  private BlockHeader() {}

  /** Writes a fresh header; the checksum comes with {@link #seal}. */
  public static void init(
      MemorySegment image, BlockType type, long block, UUID volume, long owner, long version,
      long birthEpoch) {
    putInt(image, MAGIC_AT, MAGIC);
    putShort(image, TYPE_AT, type.code());
    putShort(image, FORMAT_AT, FORMAT_VERSION);
    putLong(image, BLOCK_AT, block);
    putUuid(image, VOLUME_AT, volume);
    putLong(image, OWNER_AT, owner);
    putLong(image, VERSION_AT, version);
    putLong(image, EPOCH_AT, birthEpoch);
  }

  /** Puts the checksum in; the last step before a block leaves memory. */
  public static void seal(byte[] block) {
    putInt(MemorySegment.ofArray(block), CRC_AT, crc(block));
  }

  public static @Nullable BlockType type(MemorySegment image) {
    return BlockType.ofCode(getShort(image, TYPE_AT));
  }

  public static long block(MemorySegment image) {
    return getLong(image, BLOCK_AT);
  }

  public static long owner(MemorySegment image) {
    return getLong(image, OWNER_AT);
  }

  public static long version(MemorySegment image) {
    return getLong(image, VERSION_AT);
  }

  public static void version(MemorySegment image, long version) {
    putLong(image, VERSION_AT, version);
  }

  public static long birthEpoch(MemorySegment image) {
    return getLong(image, EPOCH_AT);
  }

  public static UUID volume(MemorySegment image) {
    return getUuid(image, VOLUME_AT);
  }

  /** Magic, place and volume are right, whatever the rest: the first sector of a write to this block did arrive. */
  public static boolean headerSane(MemorySegment image, long block, UUID volume) {
    return getInt(image, MAGIC_AT) == MAGIC && block(image) == block && volume(image).equals(volume);
  }

  /** Null if the block is a whole metadata block of this place and volume, else what is wrong with it. */
  public static @Nullable String complaint(byte[] bytes, long block, UUID volume) {
    MemorySegment image = MemorySegment.ofArray(bytes);
    int magic = getInt(image, MAGIC_AT);
    if (magic != MAGIC) {
      return magic == 0 ? "a zeroed block" : "magic " + Integer.toHexString(magic);
    }
    if (getShort(image, FORMAT_AT) > FORMAT_VERSION) {
      return "format version " + getShort(image, FORMAT_AT) + ", newer than this software";
    }
    if (getInt(image, CRC_AT) != crc(bytes)) {
      return "a wrong checksum";
    }
    if (block(image) != block) {
      return "block " + block(image) + " (misdirected write)";
    }
    if (!volume(image).equals(volume)) {
      return "a block of volume " + volume(image);
    }
    return type(image) == null ? "unknown type " + getShort(image, TYPE_AT) : null;
  }

  private static int crc(byte[] block) {
    CRC32C crc = new CRC32C();
    crc.update(block, 0, CRC_AT);
    crc.update(ZERO_CRC, 0, 4);
    crc.update(block, CRC_AT + 4, BLOCK - CRC_AT - 4);
    return (int) crc.getValue();
  }
}
