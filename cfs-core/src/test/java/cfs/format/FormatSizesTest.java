package cfs.format;

import static org.assertj.core.api.Assertions.assertThat;

import cfs.inode.Xattrs;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every size and offset on disk, as a number: whoever changes one sees it here and makes a new format version. */
class FormatSizesTest {
  /** Name and offset in turn, then the size. */
  private static void layout(StructLayout layout, Object... expected) {
    List<Object> found = new ArrayList<>();
    for (MemoryLayout field : layout.memberLayouts()) {
      found.add(field.name().orElseThrow());
      found.add((int) Fields.offset(layout, field.name().orElseThrow()));
    }
    found.add((int) layout.byteSize());
    assertThat(found).containsExactly(expected);
  }

  @Test
  void blockHeader() {
    layout(BlockHeader.LAYOUT, "magic", 0, "type", 4, "formatVersion", 6, "crc32c", 8, "reserved", 12,
        "block", 16,
        "volume", 24, "owner", 40, "version", 48, "birthEpoch", 56, 64);
    assertThat(BlockHeader.BYTES).isEqualTo(64);
    assertThat(BlockHeader.BLOCK).isEqualTo(4096);
    assertThat(BlockHeader.MAGIC).isEqualTo(0x6d534643);
    assertThat(BlockHeader.FORMAT_VERSION).isEqualTo(1);
  }

  @Test
  void superblock() {
    layout(Superblock.LAYOUT, "cluster", 0, "name", 16, "blockBytes", 80, "groupChunks", 84, "totalBlocks",
        88,
        "rootInode", 96, "epoch", 104, "hashSeed", 112, "createdNanos", 120, "incompatible", 128, 136);
  }

  @Test
  void slotRecord() {
    layout(SlotRecord.LAYOUT, "slot", 0, "journalBlocks", 4, "journalBlock", 8, "orphanDirectory", 16, 24);
  }

  @Test
  void journal() {
    layout(JournalHeader.LAYOUT, "slot", 0, "reserved", 4, "tailSequence", 8, "tailPosition", 16, 24);
    layout(JournalDescriptor.LAYOUT, "sequence", 0, "images", 8, "reserved", 12, 16);
    layout(JournalDescriptor.ENTRY, "block", 0, "owner", 8, "version", 16, "type", 24, "reserved", 28, 32);
    layout(JournalDescriptor.COMMIT, "sequence", 0, "images", 8, "crc32c", 12, 16);
    assertThat(JournalDescriptor.ENTRIES).isEqualTo(125);
    assertThat(JournalHeader.COPIES).isEqualTo(2);
  }

  @Test
  void groupHeader() {
    layout(GroupHeader.LAYOUT, "versionFloor", 0, "freeBlocks", 8, "chunkCount", 16, "freeChunks", 20, 24);
    assertThat(new long[]{GroupHeader.VERSION_FLOOR, GroupHeader.FREE_BLOCKS, GroupHeader.CHUNK_COUNT,
        GroupHeader.FREE_CHUNKS}).containsExactly(64, 72, 80, 84);
  }

  @Test
  void chunkMap() {
    layout(ChunkMap.ENTRY, "type", 0, "freeBlocks", 2, "reserved", 4, "used", 8, 40);
    assertThat(ChunkMap.ENTRIES).isEqualTo(100);
    assertThat(BlockHeader.BYTES + ChunkMap.ENTRIES * ChunkMap.ENTRY_BYTES).isLessThanOrEqualTo(4096);
    assertThat(List.of(ChunkMap.FREE, ChunkMap.METADATA, ChunkMap.DATA, ChunkMap.JOURNAL)).containsExactly(0,
        1, 2, 3);
  }

  @Test
  void inode() {
    layout(InodeRecord.LAYOUT, "generation", 0, "mode", 8, "linkCount", 12, "uid", 16, "gid", 20, "rdev", 24,
        "flags",
        28, "size", 32, "blocks", 40, "accessNanos", 48, "modifyNanos", 56, "changeNanos", 64, "birthNanos",
        72,
        "parent", 80, "fileset", 88, "payloadKind", 92, "xattrPresent", 94, "shadow", 96, "shadowEpoch", 104,
        "reserved", 112, "payload", 176, "xattrs", 2736, 4016);
    assertThat(InodeRecord.PAYLOAD).isEqualTo(240);
    assertThat(InodeRecord.XATTRS).isEqualTo(2800);
    assertThat(BlockHeader.BYTES + InodeRecord.LAYOUT.byteSize()).isLessThanOrEqualTo(4096);
    assertThat(List.of(InodeRecord.NONE, InodeRecord.INLINE, InodeRecord.EXTENTS, InodeRecord.DIRECTORY))
        .containsExactly(0, 1, 2, 3);
    assertThat(List.of(InodeRecord.TRUNCATING, InodeRecord.DYING)).containsExactly(1, 2);
  }

  @Test
  void extent() {
    layout(ExtentRecord.LAYOUT, "volumeBlock", 0, "count", 8, "flags", 12, "birthEpoch", 16, 24);
    assertThat(ExtentRecord.UNWRITTEN).isEqualTo(1);
  }

  @Test
  void directoryEntry() {
    layout(DirectoryEntry.LAYOUT, "inode", 0, "type", 8, "reserved", 10, 12);
  }

  @Test
  void blockTypes() {
    List<String> codes = new ArrayList<>();
    for (BlockType type : BlockType.values()) {
      codes.add(type.code() + " " + type);
    }
    assertThat(codes).containsExactly("1 SUPERBLOCK", "2 GROUP_HEADER", "3 CHUNK_MAP", "4 SLOT", "5 INODE",
        "6 TREE_NODE",
        "7 JOURNAL_HEADER", "8 JOURNAL_DESCRIPTOR", "9 JOURNAL_COMMIT");
  }

  @Test
  void geometry() {
    assertThat(Geometry.CHUNK_BLOCKS).isEqualTo(256);
    assertThat(Geometry.SLOT_TABLE).isEqualTo(256);
    assertThat(Geometry.SLOTS).isEqualTo(1024);
    assertThat(Geometry.SLOT_CHUNKS).isEqualTo(8);
    assertThat(Geometry.slotBlock(1023, 1)).isEqualTo(256 + 2047);
    Geometry small = Geometry.forSize(Geometry.MIN_BLOCKS);
    assertThat(List.of(small.groupChunks(), small.tableBlocks(), small.mapBlocks())).containsExactly(32, 3,
        1);
    Geometry large = Geometry.forSize(1L << 40);
    assertThat(List.of(large.groupChunks(), large.tableBlocks(), large.mapBlocks())).containsExactly(4096, 43,
        41);
    assertThat(large.backupSuperblock()).isEqualTo(1 << 20);
  }

  /** Positions are on disk: the function may never change. */
  @Test
  void directoryPositions() {
    assertThat(DirectoryEntry.position(0, "a".getBytes())).isEqualTo(7886393943266632192L);
    assertThat(DirectoryEntry.position(42, "lost+found".getBytes())).isEqualTo(2999327391900910336L);
    assertThat(Xattrs.hash("user.a".getBytes())).isEqualTo(6221143303887257600L);
  }
}
