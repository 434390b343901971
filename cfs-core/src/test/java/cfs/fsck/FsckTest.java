package cfs.fsck;

import static cfs.format.Fields.getInt;
import static cfs.format.Fields.getLong;
import static cfs.format.Fields.putInt;
import static cfs.format.Fields.putLong;
import static cfs.format.Fields.putShort;
import static org.assertj.core.api.Assertions.assertThat;

import cfs.format.BlockHeader;
import cfs.format.BlockType;
import cfs.format.ChunkMap;
import cfs.format.ExtentRecord;
import cfs.format.Geometry;
import cfs.format.GroupHeader;
import cfs.format.InodeRecord;
import cfs.format.SlotRecord;
import cfs.fs.Attributes;
import cfs.fsck.Finding.Outcome;
import cfs.inode.Xattrs;
import cfs.journal.SlotTable;
import cfs.port.MemoryDevice;
import cfs.tree.Cursor;
import cfs.tree.Page;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class FsckTest {
  private final ImageBuilder image = new ImageBuilder();

  static FsckReport check(ImageBuilder image, RepairLevel level) {
    return Fsck.check(image.device, new FsckOptions(level, 7), FsckProgress.NONE);
  }

  private FsckReport check(RepairLevel level) {
    return check(image, level);
  }

  private static List<FindingCode> codes(FsckReport report) {
    return report.findings().stream().map(Finding::code).distinct().toList();
  }

  /** -n reports exactly these codes and changes nothing; the level repairs all; what is left is clean. */
  private void repairedAt(RepairLevel level, FindingCode... expected) {
    image.device.record();
    FsckReport dry = check(RepairLevel.NONE);
    assertThat(codes(dry)).as(dry.findings().toString()).containsExactlyInAnyOrder(expected);
    assertThat(dry.exitCode()).isEqualTo(FsckReport.ERRORS_LEFT);
    assertThat(image.device.recorded()).isEmpty();
    if (level == RepairLevel.YES) {
      assertThat(check(RepairLevel.PREEN).exitCode()).isEqualTo(FsckReport.ERRORS_LEFT);
    }
    FsckReport repaired = check(level);
    assertThat(repaired.exitCode()).as(repaired.findings().toString()).isEqualTo(FsckReport.REPAIRED);
    clean();
  }

  private void notRepaired(FindingCode... expected) {
    FsckReport dry = check(RepairLevel.NONE);
    assertThat(codes(dry)).as(dry.findings().toString()).containsExactlyInAnyOrder(expected);
    FsckReport repaired = check(RepairLevel.YES);
    assertThat(repaired.exitCode()).as(repaired.findings().toString()).isEqualTo(FsckReport.ERRORS_LEFT);
    assertThat(repaired.findings()).anyMatch(f -> f.outcome() == Outcome.NOT_REPAIRED);
  }

  private void clean() {
    FsckReport report = check(RepairLevel.NONE);
    assertThat(report.findings()).isEmpty();
    assertThat(report.failure()).isNull();
    assertThat(report.exitCode()).isEqualTo(FsckReport.CLEAN);
  }

  private void flip(long block) {
    byte[] bytes = image.store.readRaw(block);
    bytes[2000] ^= 1;
    image.store.write(block, bytes);
  }

  private long populate() {
    long dir = image.directory(image.root, "dir");
    image.directory(dir, "below");
    for (int i = 0; i < 200; i++) {
      image.file(dir, "file-with-a-longer-name-" + i);
    }
    image.symlink(dir, "link", "../elsewhere");
    long data = image.fileWithExtent(image.root, "data", 1, 40);
    image.extent(data, 100, image.allocate(1, 3, ChunkMap.DATA), 3, 1);
    image.link(dir, "hard", data);
    image.edit(data, i -> putInt(i, InodeRecord.LINK_COUNT, 2));
    image.xattr(data, "user.small", 10);
    image.xattr(data, "user.large", 9000);
    long node = image.inode(Attributes.FIFO | 0600, 1, InodeRecord.NONE, 0);
    image.link(dir, "fifo", node);
    image.slot(3);
    return dir;
  }

  @Test
  void freshVolumeIsClean() {
    clean();
    assertThat(check(RepairLevel.YES).exitCode()).isZero();
  }

  @Test
  void populatedVolumeIsCleanAndCounted() {
    populate();
    clean();
    FsckReport report = check(RepairLevel.NONE);
    assertThat(report.directories()).isEqualTo(4);
    assertThat(report.otherInodes()).isEqualTo(203);
  }

  @Test
  void emptyDeviceIsNoVolume() {
    FsckReport report = Fsck.check(new MemoryDevice(1 << 27), new FsckOptions(RepairLevel.YES, 0),
        FsckProgress.NONE);
    assertThat(report.exitCode()).isEqualTo(FsckReport.OPERATIONAL_ERROR);
    assertThat(report.failure()).contains("no CFS volume");
  }

  @Test
  void primarySuperblockComesBackFromItsCopy() {
    flip(0);
    repairedAt(RepairLevel.YES, FindingCode.SUPERBLOCK_DAMAGED);
  }

  @Test
  void copyOfTheSuperblockIsRewritten() {
    flip(image.geometry.backupSuperblock());
    repairedAt(RepairLevel.PREEN, FindingCode.SUPERBLOCK_COPY_DAMAGED);
  }

  @Test
  void superblockThatPromisesMoreThanTheDeviceHasIsNotBelieved() {
    image.edit(0, s -> putLong(s, BlockHeader.BYTES + 16 + 64 + 8, 1L << 50));
    repairedAt(RepairLevel.YES, FindingCode.SUPERBLOCK_DAMAGED);
  }

  @Test
  void superblockOfAnotherVolumeIsNotBelieved() {
    populate();
    byte[] foreign = image.store.readRaw(0);
    BlockHeader.init(MemorySegment.ofArray(foreign), BlockType.SUPERBLOCK, 0,
        new UUID(8, 8), 0, 1, 1);
    BlockHeader.seal(foreign);
    image.store.write(0, foreign);
    repairedAt(RepairLevel.YES, FindingCode.SUPERBLOCK_DAMAGED);
  }

  @Test
  void unknownFeatureIsRefused() {
    image.edit(0, s -> putLong(s, BlockHeader.BYTES + 128, 4));
    image.device.record();
    FsckReport report = check(RepairLevel.YES);
    assertThat(report.exitCode()).isEqualTo(FsckReport.OPERATIONAL_ERROR);
    assertThat(report.failure()).contains("features 4");
    assertThat(image.device.recorded()).isEmpty();
  }

  @Test
  void leakedBlockIsFreed() {
    image.allocate(1, 5, ChunkMap.DATA);
    image.allocate(0, 1, ChunkMap.METADATA);
    repairedAt(RepairLevel.PREEN, FindingCode.BLOCK_LEAKED);
    assertThat(ChunkMap.type(image.image(image.geometry.mapBlock(1, 1)), 1)).isEqualTo(ChunkMap.FREE);
  }

  @Test
  void freeingALeakRaisesTheVersionFloor() {
    long leaked = image.inode(Attributes.REGULAR, 0, InodeRecord.INLINE, 0);
    image.edit(leaked, i -> BlockHeader.version(i, 77));
    repairedAt(RepairLevel.PREEN, FindingCode.BLOCK_LEAKED);
    assertThat(getLong(image.image(image.geometry.headerBlock(0)), GroupHeader.VERSION_FLOOR)).isEqualTo(77);
  }

  @Test
  void usedBlockIsMarked() {
    long file = image.fileWithExtent(image.root, "f", 2, 3);
    long block = 2 * image.geometry.groupBlocks() + Geometry.CHUNK_BLOCKS;
    image.mark(block, 3, ChunkMap.FREE, false);
    image.mark(file, 1, ChunkMap.METADATA, false);
    repairedAt(RepairLevel.PREEN, FindingCode.BLOCK_NOT_MARKED);
  }

  @Test
  void wrongCountsAreCorrected() {
    image.edit(image.geometry.headerBlock(0), h -> putLong(h, GroupHeader.FREE_BLOCKS, 1));
    repairedAt(RepairLevel.PREEN, FindingCode.GROUP_COUNT_WRONG);
    image.edit(image.geometry.mapBlock(0, 0), m -> ChunkMap.freeBlocks(m, 0, 1));
    repairedAt(RepairLevel.PREEN, FindingCode.CHUNK_COUNT_WRONG);
  }

  @Test
  void damagedGroupTablesAreRebuilt() {
    populate();
    flip(image.geometry.headerBlock(1));
    flip(image.geometry.mapBlock(0, 0));
    repairedAt(RepairLevel.YES, FindingCode.GROUP_HEADER_DAMAGED, FindingCode.CHUNK_MAP_DAMAGED);
  }

  @Test
  void zeroedHeaderOfAUsedGroupIsNoticed() {
    populate();
    image.store.write(image.geometry.headerBlock(1), new byte[4096]);
    repairedAt(RepairLevel.YES, FindingCode.GROUP_HEADER_DAMAGED);
  }

  @Test
  void wrongChunkTypeIsCorrected() {
    image.fileWithExtent(image.root, "f", 2, 3);
    image.edit(image.geometry.mapBlock(2, 1), m -> ChunkMap.type(m, 1, ChunkMap.METADATA));
    repairedAt(RepairLevel.YES, FindingCode.CHUNK_TYPE_WRONG);
  }

  @Test
  void dataOfTwoFilesIsCopied() {
    long a = image.fileWithExtent(image.root, "a", 2, 300);
    long start = 2 * image.geometry.groupBlocks() + Geometry.CHUNK_BLOCKS;
    byte[] content = new byte[4096];
    content[17] = 99;
    image.store.write(start + 1, content);
    long b = image.inode(Attributes.REGULAR, 1, InodeRecord.EXTENTS, 4096);
    image.link(image.root, "b", b);
    image.extent(b, 5, start + 1, 280, 0);
    repairedAt(RepairLevel.YES, FindingCode.BLOCK_SHARED);
    for (long file : new long[]{a, b}) {
      image.payload(file, t -> {
        Cursor c = new Cursor();
        assertThat(t.find(file == a ? 0 : 5, c)).isTrue();
        long block = ExtentRecord.volumeBlock(c.segment(), c.payloadOffset())
            + (file == a ? 1 : 0);
        assertThat(image.store.readRaw(block)[17]).isEqualTo((byte) 99);
      });
    }
  }

  @Test
  void dataThatLiesOnMetadataMovesAway() {
    long a = image.inode(Attributes.REGULAR, 1, InodeRecord.EXTENTS, 4096);
    image.link(image.root, "a", a);
    long dir = image.directory(image.root, "dir");
    for (int i = 0; i < 100; i++) {
      image.file(dir, "file-with-a-longer-name-" + i);
    }
    long node = Page.child(image.image(dir), InodeRecord.PAYLOAD, 0);
    image.extent(a, 0, node, 1, 0);
    FsckReport report = check(RepairLevel.YES);
    assertThat(codes(report)).contains(FindingCode.BLOCK_SHARED);
    assertThat(report.exitCode()).as(report.findings().toString()).isEqualTo(FsckReport.REPAIRED);
    clean();
    assertThat(check(RepairLevel.NONE).otherInodes()).isEqualTo(101);
  }

  /** Nobody can tell which of two journals is the real one. */
  @Test
  void journalOfTwoSlotsIsReportedOnly() {
    image.slot(5);
    SlotRecord one = SlotTable.read(image.store, 5);
    SlotTable.write(image.store,
        new SlotRecord(6, one.journalBlock(), one.journalBlocks(), one.orphanDirectory()), 1);
    notRepaired(FindingCode.BLOCK_SHARED);
  }

  @Test
  void impossibleExtentBecomesAHole() {
    long a = image.fileWithExtent(image.root, "a", 2, 3);
    image.payload(a, t -> t.insert(9, new ExtentRecord(Long.MAX_VALUE - 5, 4, 0, 1).toBytes()));
    image.payload(a, t -> t.insert(11, new ExtentRecord(5000, -1, 0, 1).toBytes()));
    image.payload(a, t -> t.insert(12, new byte[3]));
    repairedAt(RepairLevel.YES, FindingCode.EXTENT_DAMAGED);
  }

  @Test
  void damagedInodeLosesItsName() {
    populate();
    long file = image.file(image.root, "victim");
    flip(file);
    repairedAt(RepairLevel.YES, FindingCode.INODE_DAMAGED);
  }

  @Test
  void preenFreesNothingWhileAnInodeCannotBeRead() {
    long file = image.fileWithExtent(image.root, "victim", 2, 3);
    flip(file);
    FsckReport report = check(RepairLevel.PREEN);
    assertThat(report.exitCode()).isEqualTo(FsckReport.ERRORS_LEFT);
    assertThat(codes(report)).contains(FindingCode.INODE_DAMAGED, FindingCode.BLOCK_LEAKED);
    long group = 2;
    assertThat(ChunkMap.used(image.image(image.geometry.mapBlock(group, 1)), 1, 0)).isTrue();
  }

  @Test
  void filesOfADamagedDirectoryGoToLostAndFound() {
    long dir = image.directory(image.root, "dir");
    long file = image.file(dir, "file");
    long below = image.directory(dir, "below");
    image.file(below, "kept");
    flip(dir);
    repairedAt(RepairLevel.YES, FindingCode.INODE_DAMAGED, FindingCode.INODE_UNREACHABLE,
        FindingCode.LINK_COUNT_WRONG);
    assertThat(getLong(image.image(below), InodeRecord.PARENT)).isNotEqualTo(dir);
    assertThat(getInt(image.image(file), InodeRecord.LINK_COUNT)).isEqualTo(1);
    assertThat(check(RepairLevel.NONE).otherInodes()).isEqualTo(2);
  }

  @Test
  void lostRootIsMadeAnew() {
    long dir = image.directory(image.root, "dir");
    image.file(dir, "file");
    flip(image.root);
    repairedAt(RepairLevel.YES, FindingCode.ROOT_DAMAGED, FindingCode.INODE_UNREACHABLE);
    assertThat(check(RepairLevel.NONE).otherInodes()).isEqualTo(1);
  }

  @Test
  void directoriesThatContainEachOtherAreFound() {
    long a = image.directory(image.root, "a");
    long b = image.directory(a, "b");
    image.link(b, "a", a);
    image.payload(image.root, t -> t.delete(image.position("a")));
    image.edit(image.root, r -> {
      putLong(r, InodeRecord.SIZE, 0);
      putInt(r, InodeRecord.LINK_COUNT, 2);
    });
    FsckReport dry = check(RepairLevel.NONE);
    assertThat(codes(dry)).contains(FindingCode.INODE_UNREACHABLE, FindingCode.DIRECTORY_LINKED_TWICE);
    assertThat(check(RepairLevel.YES).exitCode()).isEqualTo(FsckReport.REPAIRED);
    clean();
  }

  @Test
  void directoryWithTwoNamesKeepsTheOneInItsParent() {
    long a = image.directory(image.root, "a");
    long b = image.directory(image.root, "b");
    long c = image.directory(b, "c");
    image.link(a, "c2", c);
    image.link(c, "up", image.root);
    repairedAt(RepairLevel.YES, FindingCode.DIRECTORY_LINKED_TWICE);
    assertThat(getLong(image.image(a), InodeRecord.SIZE)).isZero();
    assertThat(getLong(image.image(b), InodeRecord.SIZE)).isEqualTo(1);
  }

  @Test
  void danglingEntriesAreRemoved() {
    image.entry(image.root, image.position("nowhere"), "nowhere".getBytes(), 1L << 60, 8);
    image.entry(image.root, image.position("free"), "free".getBytes(), 200, 8);
    image.entry(image.root, image.position("table"), "table".getBytes(), 1, 8);
    image.edit(image.root, r -> putLong(r, InodeRecord.SIZE, 3));
    repairedAt(RepairLevel.YES, FindingCode.ENTRY_DANGLING);
    assertThat(getLong(image.image(image.root), InodeRecord.SIZE)).isZero();
  }

  @Test
  void impossibleNamesAreRemovedAndTheirInodesKept() {
    long file = image.inode(Attributes.REGULAR | 0644, 1, InodeRecord.INLINE, 0);
    image.link(image.root, "a/b", file);
    repairedAt(RepairLevel.YES, FindingCode.ENTRY_NAME_INVALID, FindingCode.INODE_UNREACHABLE);
    assertThat(check(RepairLevel.NONE).otherInodes()).isEqualTo(1);
  }

  @Test
  void misplacedNameMovesToItsHash() {
    long file = image.inode(Attributes.REGULAR | 0644, 1, InodeRecord.INLINE, 0);
    image.entry(image.root, 4096, "file".getBytes(), file, 8);
    image.edit(image.root, r -> putLong(r, InodeRecord.SIZE, 1));
    repairedAt(RepairLevel.YES, FindingCode.ENTRY_MISPLACED);
    image.payload(image.root,
        t -> assertThat(t.find(image.position("file"), new Cursor())).isTrue());
  }

  @Test
  void secondEntryOfANameIsRemoved() {
    long file = image.file(image.root, "file");
    image.entry(image.root, image.position("file") + 1, "file".getBytes(), file, 8);
    image.edit(image.root, r -> putLong(r, InodeRecord.SIZE, 2));
    repairedAt(RepairLevel.YES, FindingCode.ENTRY_DUPLICATE);
  }

  @Test
  void wrongTypeInAnEntryIsCorrected() {
    long file = image.inode(Attributes.REGULAR | 0644, 1, InodeRecord.INLINE, 0);
    image.entry(image.root, image.position("file"), "file".getBytes(), file, 4);
    image.edit(image.root, r -> putLong(r, InodeRecord.SIZE, 1));
    repairedAt(RepairLevel.PREEN, FindingCode.ENTRY_TYPE_WRONG);
  }

  @Test
  void countsOfInodesAreCorrected() {
    long dir = populate();
    long file = image.file(dir, "file");
    image.edit(dir, d -> {
      putLong(d, InodeRecord.SIZE, 1);
      putInt(d, InodeRecord.LINK_COUNT, 9);
      putLong(d, InodeRecord.PARENT, dir);
    });
    image.edit(file, f -> {
      putLong(f, InodeRecord.BLOCKS, 4);
      putInt(f, InodeRecord.LINK_COUNT, 0);
      f.set(ValueLayout.JAVA_BYTE, InodeRecord.PAYLOAD + 100, (byte) 1);
    });
    repairedAt(RepairLevel.PREEN, FindingCode.DIRECTORY_SIZE_WRONG, FindingCode.LINK_COUNT_WRONG,
        FindingCode.PARENT_WRONG, FindingCode.INODE_COUNT_WRONG, FindingCode.INLINE_TAIL_NOT_ZERO);
  }

  @Test
  void impossibleSizeIsCutToTheContent() {
    long file = image.file(image.root, "file");
    image.edit(file, f -> putLong(f, InodeRecord.SIZE, -1));
    long data = image.fileWithExtent(image.root, "data", 2, 3);
    image.edit(data, f -> putLong(f, InodeRecord.SIZE, Long.MIN_VALUE));
    repairedAt(RepairLevel.YES, FindingCode.INODE_FIELD_WRONG);
    assertThat(getLong(image.image(data), InodeRecord.SIZE)).isEqualTo(3 * 4096);
  }

  @Test
  void inodeWithContradictingTypeLosesItsName() {
    long file = image.file(image.root, "file");
    image.edit(file, f -> putShort(f, InodeRecord.PAYLOAD_KIND, InodeRecord.DIRECTORY));
    repairedAt(RepairLevel.YES, FindingCode.INODE_DAMAGED);
  }

  @Test
  void damagedTreeNodeCostsOnlyItsOwnEntries() {
    long dir = populate();
    // The first child of the directory's root page.
    long child = Page.child(image.image(dir), InodeRecord.PAYLOAD, 0);
    flip(child);
    FsckReport dry = check(RepairLevel.NONE);
    assertThat(codes(dry)).contains(FindingCode.TREE_DAMAGED, FindingCode.INODE_UNREACHABLE);
    FsckReport repaired = check(RepairLevel.YES);
    assertThat(repaired.exitCode()).as(repaired.findings().toString()).isEqualTo(FsckReport.REPAIRED);
    clean();
    assertThat(check(RepairLevel.NONE).otherInodes()).isEqualTo(203);
  }

  @Test
  void incompleteXattrIsRemoved() {
    long file = image.file(image.root, "file");
    image.xattr(file, "user.good", 5000);
    image.xattr(file, "user.bad", 5000);
    clean();
    image.xattrs(file, t -> t.delete(Xattrs.hash("user.bad".getBytes()) + 2));
    repairedAt(RepairLevel.YES, FindingCode.XATTR_DAMAGED);
    image.xattrs(file, t -> {
      assertThat(t.find(Xattrs.hash("user.good".getBytes()), new Cursor())).isTrue();
      assertThat(t.find(Xattrs.hash("user.bad".getBytes()), new Cursor())).isFalse();
    });
  }

  @Test
  void deletedInodesThatWaitAreNoErrorAndPreenFreesThem() {
    long orphans = image.slot(0);
    long file = image.inode(Attributes.REGULAR | 0644, 0, InodeRecord.EXTENTS, 4096);
    image.extent(file, 0, image.allocate(2, 1, ChunkMap.DATA), 1, 0);
    image.orphan(orphans, file);
    FsckReport dry = check(RepairLevel.NONE);
    assertThat(codes(dry)).containsExactly(FindingCode.ORPHAN_WAITING);
    assertThat(dry.isClean()).isTrue();
    assertThat(check(RepairLevel.PREEN).exitCode()).isZero();
    clean();
    assertThat(getInt(image.image(file), InodeRecord.MODE)).isZero();
  }

  @Test
  void orphanWithANameIsNoOrphan() {
    long orphans = image.slot(0);
    long file = image.file(image.root, "file");
    image.link(orphans, OrphanCheck.name(file), file);
    repairedAt(RepairLevel.YES, FindingCode.ENTRY_DANGLING);
  }

  @Test
  void eitherCopyOfASlotRecordIsEnough() {
    image.slot(5);
    flip(Geometry.slotBlock(5, 0));
    assertThat(codes(check(RepairLevel.NONE))).containsExactly(FindingCode.SLOT_COPY_DAMAGED);
    assertThat(check(RepairLevel.PREEN).exitCode()).isZero();
    clean();
    flip(Geometry.slotBlock(5, 0));
    flip(Geometry.slotBlock(5, 1));
    FsckReport both = check(RepairLevel.YES);
    assertThat(both.exitCode()).isEqualTo(FsckReport.ERRORS_LEFT);
    assertThat(codes(both)).contains(FindingCode.SLOT_DAMAGED);
  }

  @Test
  void journalWithoutHeaderIsEmptied() {
    image.slot(5);
    long journal = image.geometry.groupBlocks() + Geometry.CHUNK_BLOCKS;
    flip(journal);
    flip(journal + 1);
    repairedAt(RepairLevel.YES, FindingCode.JOURNAL_DAMAGED);
  }
}
