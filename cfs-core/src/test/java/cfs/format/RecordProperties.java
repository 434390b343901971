package cfs.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** What is written is read again, whatever the values, and nothing beside the record is touched. */
class RecordProperties {
  private static MemorySegment block() {
    return MemorySegment.ofArray(new byte[BlockHeader.BLOCK]);
  }

  @Property(tries = 200)
  void superblock(@ForAll long high, @ForAll long low, @ForAll("names") String name,
      @ForAll @LongRange(min = Geometry.MIN_BLOCKS, max = 1L << 52) long total,
      @ForAll @IntRange(min = 32, max = 4096) int chunks,
      @ForAll long any) {
    MemorySegment image = block();
    UUID volume = new UUID(low, high);
    BlockHeader.init(image, BlockType.SUPERBLOCK, 0, volume, 0, 1, 1);
    Superblock written = new Superblock(volume, new UUID(high, low), name, new Geometry(total, chunks), any,
        ~any, any * 3,
        -any, any >>> 3);
    written.write(image);
    assertThat(Superblock.read(image)).isEqualTo(written);
    assertThat(image.asSlice(BlockHeader.BYTES + Superblock.LAYOUT.byteSize()).mismatch(
        block().asSlice(BlockHeader.BYTES + Superblock.LAYOUT.byteSize()))).isEqualTo(-1);
  }

  @Provide
  Arbitrary<String> names() {
    return Arbitraries.strings().withCharRange('a', 'z').withChars('ä', '€').ofMaxLength(21);
  }

  @Property(tries = 200)
  void slotAndJournalHeader(@ForAll int slot, @ForAll long a, @ForAll int blocks, @ForAll long b) {
    MemorySegment image = block();
    new SlotRecord(slot, a, blocks, b).write(image);
    assertThat(SlotRecord.read(image)).isEqualTo(new SlotRecord(slot, a, blocks, b));
    MemorySegment header = block();
    new JournalHeader(slot, b, a).write(header);
    assertThat(JournalHeader.read(header)).isEqualTo(new JournalHeader(slot, b, a));
  }

  @Property(tries = 200)
  void journalEntries(@ForAll @IntRange(max = 124) int index, @ForAll long block, @ForAll long owner,
      @ForAll long version, @ForAll int type) {
    MemorySegment image = block();
    JournalDescriptor.Entry written = new JournalDescriptor.Entry(block, owner, version, type);
    JournalDescriptor.entry(image, index, written);
    JournalDescriptor.head(image, version, type);
    assertThat(JournalDescriptor.entry(image, index)).isEqualTo(written);
    assertThat(JournalDescriptor.sequence(image)).isEqualTo(version);
    assertThat(JournalDescriptor.images(image)).isEqualTo(type);
  }

  @Property(tries = 200)
  void extent(@ForAll long block, @ForAll int count, @ForAll int flags, @ForAll long epoch) {
    ExtentRecord written = new ExtentRecord(block, count, flags, epoch);
    byte[] bytes = written.toBytes();
    assertThat(bytes).hasSize(ExtentRecord.BYTES);
    assertThat(ExtentRecord.read(MemorySegment.ofArray(bytes), 0)).isEqualTo(written);
  }

  @Property(tries = 200)
  void directoryEntry(@ForAll long inode, @ForAll @IntRange(max = 15) int type,
      @ForAll @Size(min = 1, max = 255) byte[] name, @ForAll long seed) {
    byte[] bytes = new DirectoryEntry(inode, type, name).toBytes();
    MemorySegment s = MemorySegment.ofArray(bytes);
    DirectoryEntry read = DirectoryEntry.read(s, 0, bytes.length);
    assertThat(read.inode()).isEqualTo(inode);
    assertThat(read.type()).isEqualTo(type);
    assertThat(read.name()).isEqualTo(name);
    assertThat(DirectoryEntry.nameEquals(s, 0, bytes.length, name)).isTrue();
    long position = DirectoryEntry.position(seed, name);
    assertThat(position).isPositive().isGreaterThan(255);
    assertThat(position & 255).isZero();
  }

  /** A chunk's bit, count and type change alone. */
  @Property(tries = 200)
  void chunkMap(@ForAll @IntRange(max = 4095) int chunk, @ForAll @IntRange(max = 255) int index,
      @ForAll @IntRange(max = 256) int free, @ForAll @IntRange(max = 3) int type) {
    MemorySegment image = block();
    ChunkMap.used(image, chunk, index, true);
    ChunkMap.freeBlocks(image, chunk, free);
    ChunkMap.type(image, chunk, type);
    int set = 0;
    for (int i = 0; i < Geometry.CHUNK_BLOCKS; i++) {
      set += ChunkMap.used(image, chunk, i) ? 1 : 0;
    }
    assertThat(set).isEqualTo(1);
    assertThat(ChunkMap.used(image, chunk, index)).isTrue();
    assertThat(ChunkMap.freeBlocks(image, chunk)).isEqualTo(free);
    assertThat(ChunkMap.type(image, chunk)).isEqualTo(type);
    ChunkMap.used(image, chunk, index, false);
    assertThat(ChunkMap.used(image, chunk, index)).isFalse();
  }

  /** Any single changed bit of a sealed block is noticed. */
  @Property(tries = 300)
  void headerDetectsEveryFlippedBit(@ForAll @IntRange(max = 4096 * 8 - 1) int bit, @ForAll long block,
      @ForAll long owner, @ForAll long version) {
    byte[] bytes = new byte[BlockHeader.BLOCK];
    MemorySegment image = MemorySegment.ofArray(bytes);
    UUID volume = new UUID(owner, version);
    BlockHeader.init(image, BlockType.INODE, block, volume, owner, version, block ^ owner);
    BlockHeader.seal(bytes);
    assertThat(BlockHeader.complaint(bytes, block, volume)).isNull();
    assertThat(BlockHeader.type(image)).isEqualTo(BlockType.INODE);
    assertThat(BlockHeader.owner(image)).isEqualTo(owner);
    assertThat(BlockHeader.version(image)).isEqualTo(version);
    assertThat(BlockHeader.birthEpoch(image)).isEqualTo(block ^ owner);
    assertThat(BlockHeader.complaint(bytes, block + 1, volume)).isNotNull();
    assertThat(BlockHeader.complaint(bytes, block, new UUID(owner, version + 1))).isNotNull();
    bytes[bit >> 3] ^= (byte) (1 << (bit & 7));
    assertThat(BlockHeader.complaint(bytes, block, volume)).isNotNull();
  }

  /** Every block of the volume belongs to exactly one place. */
  @Property(tries = 300)
  void geometryPlacesEveryBlockOnce(@ForAll @LongRange(min = Geometry.MIN_BLOCKS, max = 1L << 51) long total,
      @ForAll @LongRange(max = (1L << 51) - 1) long anyBlock) {
    Geometry g = Geometry.forSize(total);
    long block = anyBlock % total;
    long group = g.groupOf(block);
    if (group < g.groupCount() && g.chunkOf(block) < g.chunksOf(group)) {
      assertThat(g.chunkStart(group, g.chunkOf(block)) + block % Geometry.CHUNK_BLOCKS).isEqualTo(block);
    } else {
      assertThat(total - block).isLessThan(2L * Geometry.CHUNK_BLOCKS);
    }
    long last = g.groupCount() - 1;
    assertThat(g.chunksOf(last)).isBetween(2, g.groupChunks());
    assertThat(g.contains(g.chunkStart(last, g.chunksOf(last) - 1), Geometry.CHUNK_BLOCKS)).isTrue();
    assertThat(g.groupCount()).isLessThanOrEqualTo(1L << 32);
  }
}
