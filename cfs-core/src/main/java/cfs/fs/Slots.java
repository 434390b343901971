package cfs.fs;

import cfs.alloc.Group;
import cfs.alloc.Run;
import cfs.error.FsError;
import cfs.error.FsException;
import cfs.error.Invariant;
import cfs.format.Formatter;
import cfs.format.Geometry;
import cfs.format.InodeRecord;
import cfs.format.SlotRecord;
import cfs.inode.Inode;
import cfs.inode.InodeTable;
import cfs.journal.BlockStore;
import cfs.journal.Journal;
import cfs.journal.SlotTable;
import cfs.port.LockSpace;
import org.jspecify.annotations.Nullable;

/** Gives a host its slot on the first mount: a journal and an orphan directory, with no admin step. */
final class Slots {
  private static final int MIN_JOURNAL_BLOCKS = 8 * Geometry.CHUNK_BLOCKS;

  private final BlockStore store;
  private final LockSpace locks;
  private final int slot;
  private final long nowNanos;

  Slots(BlockStore store, LockSpace locks, int slot, long nowNanos) {
    this.store = store;
    this.locks = locks;
    this.slot = slot;
    this.nowNanos = nowNanos;
  }

  /**
   * Makes the slot. The allocation of the journal's own space is the first transaction in it; the slot record, written last and
   * in one block, makes both true at once. A crash before leaves nothing, one after is an ordinary replay.
   */
  Journal create() {
    int wanted = store.geometry().journalBlocks();
    for (int blocks = wanted; blocks >= MIN_JOURNAL_BLOCKS; blocks /= 2) {
      for (long g = 0; g < store.geometry().groupCount(); g++) {
        // Far apart at first, so that hosts mount without meeting.
        long group = (g + slot) % store.geometry().groupCount();
        Journal journal = createIn(group, blocks);
        if (journal != null) {
          return journal;
        }
      }
    }
    throw new FsException(FsError.NO_SPACE,
        "no room for a journal of 8 MiB; delete files or expand the volume");
  }

  private @Nullable Journal createIn(long number, int blocks) {
    Group group = Group.lockAlone(number, locks, store);
    try {
      Run place = group.freeChunksInPlace(blocks / Geometry.CHUNK_BLOCKS);
      if (place == null) {
        return null;
      }
      SlotRecord planned = new SlotRecord(slot, place.start(), blocks, 0);
      Journal.format(store, planned);
      Journal journal = new Journal(store, planned);
      group.load(journal);
      long block = group.findMetadata(-1, b -> true);
      if (block < 0) {
        return null;
      }
      Inode orphans = new InodeTable(locks, store).use(block);
      Invariant.check(orphans.lockNew(Long.MAX_VALUE), "the mount lock keeps everybody else out");
      try {
        journal.run(64, tx -> {
          Run taken = group.allocateJournal(tx, place.count() / Geometry.CHUNK_BLOCKS);
          Invariant.check(place.equals(taken), "the journal is where it was planned");
          long version = group.takeMetadata(tx, block);
          orphans.create(tx, version, Formatter.FIRST_EPOCH, Attributes.DIRECTORY | 0700, nowNanos);
          orphans.kind(tx, InodeRecord.DIRECTORY);
          orphans.putU32(tx, InodeRecord.LINK_COUNT, 2);
          orphans.putU64(tx, InodeRecord.PARENT, block);
        });
        journal.commit();
        SlotTable.write(store, new SlotRecord(slot, place.start(), blocks, block), 1);
        // The mount reads everything afresh; what was made here must be in place by then.
        journal.checkpoint();
      } finally {
        orphans.forget();
        orphans.unlockExclusive();
        group.forget();
      }
      return journal;
    } finally {
      group.release();
    }
  }
}
