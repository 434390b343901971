package cfs.fs;

import cfs.format.SlotRecord;
import cfs.journal.BlockStore;
import cfs.journal.Replay;
import cfs.journal.SlotTable;
import cfs.port.BlockDevice;
import cfs.port.LockSpace;
import cfs.port.Recovery;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Replays the journals of dead hosts for the membership protocol; usable before this host has mounted. */
public final class JournalRecovery implements Recovery {
  private final BlockDevice volume;
  private @Nullable LockSpace locks;
  private volatile LongConsumer adopter = orphanDirectory -> {};

  public JournalRecovery(BlockDevice volume) {
    this.volume = volume;
  }

  /** Set once, before this host joins: tells which of the dead host's locks have a live holder. */
  public void locks(LockSpace space) {
    locks = space;
  }

  /** Hears of the orphan directory of every slot that was replayed here. */
  void adopter(LongConsumer consumer) {
    adopter = consumer;
  }

  @Override
  public void replay(int slot) {
    LockSpace space = locks;
    if (space == null) {
      throw new IllegalStateException("a journal is replayed before the locks are known");
    }
    BlockStore store = SuperblockReader.open(volume).store();
    SlotRecord record = SlotTable.read(store, slot);
    if (record == null) {
      return; // It died before its first mount was complete.
    }
    new Replay(store, record).run(space::heldByLiveHost);
    adopter.accept(record.orphanDirectory());
  }
}
