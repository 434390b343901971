package cfs.fsck;

import static cfs.format.BlockHeader.BYTES;

import cfs.format.BlockHeader;
import cfs.format.BlockType;
import cfs.format.ChunkMap;
import cfs.format.Geometry;
import cfs.format.SlotRecord;
import cfs.journal.BlockStore;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The slot table: both copies of each record, and that journals lie in whole chunks that are theirs alone. */
final class SlotCheck {
  /** A log must hold its header copies and a few transactions; the format's least journal is 8 MiB. */
  private static final int JOURNAL_CHUNKS_MIN = 2;

  private final CheckedVolume volume;
  private final List<SlotRecord> good = new ArrayList<>();

  SlotCheck(CheckedVolume volume) {
    this.volume = volume;
  }

  /** The records that can be trusted; marks slot table and journals as used. */
  List<SlotRecord> run() {
    Geometry geometry = volume.geometry();
    MemorySegment blank = BlockStore.aligned((long) Geometry.SLOT_COPIES * BlockHeader.BLOCK);
    MemorySegment table = BlockStore.aligned(Geometry.CHUNK_BYTES);
    int perChunk = Geometry.CHUNK_BLOCKS / Geometry.SLOT_COPIES;
    for (int chunk = 0; chunk < Geometry.SLOT_CHUNKS; chunk++) {
      long start = geometry.chunkStart(0, 1 + chunk);
      volume.use().mark(start, Geometry.CHUNK_BLOCKS, ChunkMap.METADATA);
      volume.store().device().read(start * BlockHeader.BLOCK, table, 0, Geometry.CHUNK_BYTES);
      for (int i = 0; i < perChunk; i++) {
        MemorySegment copies = table.asSlice((long) i * blank.byteSize(), blank.byteSize());
        if (copies.mismatch(blank) >= 0) {
          byte[] first = copies.asSlice(0, BlockHeader.BLOCK).toArray(ValueLayout.JAVA_BYTE);
          byte[] second = copies.asSlice(BlockHeader.BLOCK).toArray(ValueLayout.JAVA_BYTE);
          slot(chunk * perChunk + i, first, second);
        }
      }
    }
    return good;
  }

  private void slot(int slot, byte[] first, byte[] second) {
    String firstComplaint = complaint(first, slot, 0);
    String secondComplaint = complaint(second, slot, 1);
    long at = Geometry.slotBlock(slot, 0);
    if (firstComplaint != null && secondComplaint != null) {
      if (isZero(second)) {
        // The first write of a slot was torn; nothing refers to it.
        volume.findings().add(FindingCode.SLOT_COPY_DAMAGED, at, "a slot record or zeroes", firstComplaint,
            () -> volume.store().write(at, new byte[BlockHeader.BLOCK]));
      } else {
        volume.useIsIncomplete();
        volume.findings().add(FindingCode.SLOT_DAMAGED, at, "the record of slot " + slot, firstComplaint);
      }
      return;
    }
    boolean useFirst = secondComplaint != null || firstComplaint == null && version(first) >= version(second);
    byte[] best = useFirst ? first : second;
    byte[] other = useFirst ? second : first;
    if ((useFirst ? secondComplaint : firstComplaint) != null || !sameContent(best, other)) {
      long otherBlock = Geometry.slotBlock(slot, useFirst ? 1 : 0);
      volume.findings().add(FindingCode.SLOT_COPY_DAMAGED, otherBlock, "the same record as in its twin",
          String.valueOf(useFirst ? secondComplaint : firstComplaint), () -> copy(best, otherBlock));
    }
    place(SlotRecord.read(MemorySegment.ofArray(best)), slot, at);
  }

  private void place(SlotRecord record, int slot, long at) {
    int blocks = record.journalBlocks();
    boolean whole = record.journalBlock() % Geometry.CHUNK_BLOCKS == 0 && blocks % Geometry.CHUNK_BLOCKS == 0
        && blocks >= JOURNAL_CHUNKS_MIN * Geometry.CHUNK_BLOCKS;
    if (record.slot() != slot || !whole || !volume.inOneGroup(record.journalBlock(), blocks)
        || volume.geometry().chunkOf(record.journalBlock()) == 0) {
      volume.useIsIncomplete();
      volume.findings().add(FindingCode.SLOT_DAMAGED, at, "a journal of whole chunks in one group",
          record.toString());
      return;
    }
    long shared = volume.use().mark(record.journalBlock(), blocks, ChunkMap.JOURNAL);
    if (shared >= 0) {
      volume.findings().add(FindingCode.BLOCK_SHARED, shared, "a journal of slot " + slot + " of its own",
          "another use of the block");
      return;
    }
    good.add(record);
  }

  private @Nullable String complaint(byte[] bytes, int slot, int copy) {
    return volume.complaint(bytes, Geometry.slotBlock(slot, copy), BlockType.SLOT, slot);
  }

  private static boolean isZero(byte[] bytes) {
    return MemorySegment.ofArray(bytes).mismatch(MemorySegment.ofArray(new byte[bytes.length])) < 0;
  }

  private static boolean sameContent(byte[] a, byte[] b) {
    return MemorySegment.ofArray(a).asSlice(BYTES).mismatch(MemorySegment.ofArray(b).asSlice(BYTES)) < 0;
  }

  private static long version(byte[] bytes) {
    return BlockHeader.version(MemorySegment.ofArray(bytes));
  }

  private void copy(byte[] best, long to) {
    byte[] bytes = best.clone();
    MemorySegment image = MemorySegment.ofArray(bytes);
    BlockHeader.init(image, BlockType.SLOT, to, volume.uuid(), BlockHeader.owner(image),
        BlockHeader.version(image),
        BlockHeader.birthEpoch(image));
    BlockHeader.seal(bytes);
    volume.store().write(to, bytes);
  }
}
