package cfs.journal;

/**
 * One operation's part of the running transaction: all its changes reach the log together or not at all. Cluster locks are
 * acquired before it begins, never inside, since handing a lock over waits for open transactions. Used by one thread.
 */
public final class Transaction implements AutoCloseable {
  private final Journal journal;
  private final long sequence;
  private final int credits;
  private boolean dirty;

  Transaction(Journal journal, long sequence, int credits) {
    this.journal = journal;
    this.sequence = sequence;
    this.credits = credits;
  }

  public long sequence() {
    return sequence;
  }

  /** Something was changed: the operation must be finished, or the mount is. */
  boolean dirty() {
    return dirty;
  }

  int credits() {
    return credits;
  }

  /** Call before changing the block's content, under its owner's exclusive locks. */
  public void change(OwnedBlocks owner, MetaBlock block) {
    dirty = true;
    owner.changedSequence = sequence;
    if (block.changedSequence != sequence) {
      journal.include(block, sequence);
    }
  }

  /** Runs after the transaction is durable, on the committing thread: short, no locks that are held around commits. */
  public void onDurable(Runnable action) {
    journal.onDurable(action);
  }

  @Override
  public void close() {
    journal.end(this);
  }
}
