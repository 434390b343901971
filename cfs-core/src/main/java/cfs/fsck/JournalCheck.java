package cfs.fsck;

import cfs.error.CorruptionException;
import cfs.format.BlockHeader;
import cfs.format.BlockType;
import cfs.format.JournalHeader;
import cfs.format.SlotRecord;
import cfs.journal.Replay;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The journals: replays what waits in them, on the volume or in memory, before anything else is looked at. */
final class JournalCheck {
  private final CheckedVolume volume;

  JournalCheck(CheckedVolume volume) {
    this.volume = volume;
  }

  void run(List<SlotRecord> slots, FsckProgress progress) {
    for (int i = 0; i < slots.size(); i++) {
      progress.at(FsckPhase.JOURNALS, i, slots.size());
      check(slots.get(i));
    }
  }

  private void check(SlotRecord slot) {
    if (!headersPlausible(slot)) {
      volume.findings().add(FindingCode.JOURNAL_DAMAGED, slot.journalBlock(),
          "a journal header of slot " + slot.slot(),
          "none that is valid", () -> empty(slot));
      return;
    }
    try {
      Replay replay = new Replay(volume.store(), slot);
      int pending = replay.pending();
      if (pending > 0) {
        replay.run(Replay.LiveHolder.NOBODY);
        volume.findings().add(FindingCode.JOURNAL_NOT_REPLAYED, slot.journalBlock(),
            "an empty log in slot " + slot.slot(),
            pending + " transactions", () -> {});
      }
    } catch (CorruptionException e) {
      volume.findings().add(FindingCode.JOURNAL_DAMAGED, slot.journalBlock(),
          "a journal of slot " + slot.slot(),
          String.valueOf(e.getMessage()), () -> empty(slot));
    }
  }

  /** At least one valid header, and none that points nowhere. */
  private boolean headersPlausible(SlotRecord slot) {
    boolean any = false;
    for (int copy = 0; copy < JournalHeader.COPIES; copy++) {
      long block = slot.journalBlock() + copy;
      byte[] bytes = volume.readRaw(block);
      if (bytes != null && volume.complaint(bytes, block, BlockType.JOURNAL_HEADER, slot.slot()) == null) {
        JournalHeader header = JournalHeader.read(MemorySegment.ofArray(bytes));
        if (!plausible(header.tailPosition()) || !plausible(header.tailSequence())) {
          return false;
        }
        any = true;
      }
    }
    return any;
  }

  /** No log counts that far; what is added to such a number must not overflow. */
  private static boolean plausible(long number) {
    return number >= 0 && number < 1L << 62;
  }

  /** Repair: an empty log. Its old blocks are zeroed, so that none of them continues the new one. */
  private void empty(SlotRecord slot) {
    volume.store().device().writeZeroes(
        slot.journalBlock() * BlockHeader.BLOCK, (long) slot.journalBlocks() * BlockHeader.BLOCK);
    for (int copy = 0; copy < JournalHeader.COPIES; copy++) {
      byte[] bytes = new byte[BlockHeader.BLOCK];
      MemorySegment image = MemorySegment.ofArray(bytes);
      BlockHeader.init(image, BlockType.JOURNAL_HEADER, slot.journalBlock() + copy, volume.uuid(),
          slot.slot(), 1 + copy,
          0);
      new JournalHeader(slot.slot(), 1, 0).write(image);
      BlockHeader.seal(bytes);
      volume.store().write(slot.journalBlock() + copy, bytes);
    }
  }
}
