package cfs.format;

import static cfs.format.BlockHeader.BYTES;
import static cfs.format.Fields.bytes;
import static cfs.format.Fields.getInt;
import static cfs.format.Fields.getLong;
import static cfs.format.Fields.getUuid;
import static cfs.format.Fields.offset;
import static cfs.format.Fields.putInt;
import static cfs.format.Fields.putLong;
import static cfs.format.Fields.putUuid;
import static cfs.format.Fields.u32;
import static cfs.format.Fields.u64;
import static cfs.format.Fields.uuid;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * What one must know to read the volume: block 0, copy at the start of group 1. {@code epoch} counts snapshots.
 * {@code hashSeed} keeps directory positions unpredictable. A set bit in {@code incompatible} that the software does not
 * know refuses the mount.
 */
public record Superblock(
    UUID volume,
    UUID cluster,
    String name,
    Geometry geometry,
    long rootInode,
    long epoch,
    long hashSeed,
    long createdNanos,
    long incompatible) {
  public static final int NAME_BYTES = 64;

  public static final StructLayout LAYOUT = MemoryLayout.structLayout(
      uuid("cluster"),
      bytes("name", NAME_BYTES),
      u32("blockBytes"),
      u32("groupChunks"),
      u64("totalBlocks"),
      u64("rootInode"),
      u64("epoch"),
      u64("hashSeed"),
      u64("createdNanos"),
      u64("incompatible"));

  private static final long CLUSTER = BYTES + offset(LAYOUT, "cluster");
  private static final long NAME = BYTES + offset(LAYOUT, "name");
  private static final long BLOCK_BYTES = BYTES + offset(LAYOUT, "blockBytes");
  private static final long GROUP_CHUNKS = BYTES + offset(LAYOUT, "groupChunks");
  private static final long TOTAL = BYTES + offset(LAYOUT, "totalBlocks");
  private static final long ROOT = BYTES + offset(LAYOUT, "rootInode");
  private static final long EPOCH = BYTES + offset(LAYOUT, "epoch");
  private static final long SEED = BYTES + offset(LAYOUT, "hashSeed");
  private static final long CREATED = BYTES + offset(LAYOUT, "createdNanos");
  private static final long INCOMPATIBLE = BYTES + offset(LAYOUT, "incompatible");

  /** Whether the sizes can be those of a volume; to be asked before {@link #read}. */
  public static boolean plausible(MemorySegment image) {
    int chunks = getInt(image, GROUP_CHUNKS);
    return getInt(image, BLOCK_BYTES) == BlockHeader.BLOCK
        && getLong(image, TOTAL) >= Geometry.MIN_BLOCKS
        && chunks >= Geometry.MIN_GROUP_CHUNKS
        && chunks <= Geometry.MAX_GROUP_CHUNKS;
  }

  /** The block must have passed {@link BlockHeader#complaint} and {@link #plausible}. */
  public static Superblock read(MemorySegment image) {
    byte[] name = image.asSlice(NAME, NAME_BYTES).toArray(ValueLayout.JAVA_BYTE);
    int length = 0;
    while (length < NAME_BYTES && name[length] != 0) {
      length++;
    }
    return new Superblock(
        BlockHeader.volume(image),
        getUuid(image, CLUSTER),
        new String(name, 0, length, StandardCharsets.UTF_8),
        new Geometry(getLong(image, TOTAL), getInt(image, GROUP_CHUNKS)),
        getLong(image, ROOT),
        getLong(image, EPOCH),
        getLong(image, SEED),
        getLong(image, CREATED),
        getLong(image, INCOMPATIBLE));
  }

  public void write(MemorySegment image) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    putUuid(image, CLUSTER, cluster);
    MemorySegment.copy(utf8, 0, image, ValueLayout.JAVA_BYTE, NAME, Math.min(utf8.length, NAME_BYTES));
    putInt(image, BLOCK_BYTES, BlockHeader.BLOCK);
    putInt(image, GROUP_CHUNKS, geometry.groupChunks());
    putLong(image, TOTAL, geometry.totalBlocks());
    putLong(image, ROOT, rootInode);
    putLong(image, EPOCH, epoch);
    putLong(image, SEED, hashSeed);
    putLong(image, CREATED, createdNanos);
    putLong(image, INCOMPATIBLE, incompatible);
  }
}
