package cfs.journal;

import cfs.error.FsError;
import cfs.error.FsException;
import cfs.error.Invariant;
import cfs.format.BlockHeader;
import cfs.format.SlotRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The write-ahead log of this host. Operations join the running transaction; {@link #commit} closes it, copies the changed
 * blocks, writes them as one sequential write and one flush, and only then may they be written in place.
 *
 * <p>Invariants: at most one commit at a time; a block reaches its place only as an image whose transaction is durable; the
 * tail passes a transaction only when each of its images is in place and flushed, or superseded by a durable one.
 *
 * <p>Lock order: {@code placing} before {@code lock}. Neither is held while waiting for a cluster lock.
 */
public final class Journal {
  /** Blocks an operation may change at most; begin() accepts no more. */
  public static final int CREDITS_MAX = 96;

  private final BlockStore store;
  private final LogRing ring;
  private final int transactionBlocks;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ReentrantLock placing = new ReentrantLock();
  private final ArrayDeque<LoggedTransaction> unplaced = new ArrayDeque<>();

  private ArrayList<MetaBlock> running = new ArrayList<>();
  private ArrayList<Runnable> runningActions = new ArrayList<>();
  private long sequence;
  private volatile long durable;
  private int open;
  private int reserved;
  private boolean committing;

  /** No transaction may begin: the commit waits for the open ones to end. */
  private boolean gateClosed;

  private @Nullable RuntimeException broken;

  private record Image(MetaBlock target, byte[] bytes) {}

  private record LoggedTransaction(long sequence, long endPosition, List<Image> images) {}

  /** Opens the empty log of a slot, as formatted or left by {@link Replay}. */
  public Journal(BlockStore store, SlotRecord slot) {
    this.store = store;
    this.ring = LogRing.open(store, slot);
    this.sequence = ring.nextSequence();
    this.durable = sequence - 1;
    this.transactionBlocks = (int) Math.min(ring.capacityBlocks() / 4, 2048);
    Invariant.check(transactionBlocks >= 4 * CREDITS_MAX, "log too small, blocks", ring.capacityBlocks());
  }

  /** Writes an empty log where a slot's journal is planned. */
  public static void format(BlockStore store, SlotRecord slot) {
    LogRing.format(store, slot);
  }

  public BlockStore store() {
    return store;
  }

  /** Newest transaction that survives power loss. */
  public long durableSequence() {
    return durable;
  }

  /**
   * Joins the running transaction, waiting for log space if need be. Callers hold all the cluster locks they need.
   *
   * @param credits most blocks the operation will change, at most {@link #CREDITS_MAX}
   */
  public Transaction begin(int credits) {
    Invariant.check(credits > 0 && credits <= CREDITS_MAX, "credits", credits);
    while (true) {
      lock.lock();
      try {
        while (gateClosed) {
          changed.awaitUninterruptibly();
        }
        failIfBroken();
        if (running.size() + reserved + credits <= transactionBlocks) {
          open++;
          reserved += credits;
          return new Transaction(this, sequence, credits);
        }
      } finally {
        lock.unlock();
      }
      commit();
    }
  }

  /**
   * Runs one operation as part of the running transaction. An operation that fails before it changed anything leaves no
   * trace; one that fails later cannot be undone in memory, hence the journal stops and nothing of it ever reaches the LUN.
   */
  public void run(int credits, Consumer<Transaction> operation) {
    try (Transaction tx = begin(credits)) {
      boolean done = false;
      try {
        operation.accept(tx);
        done = true;
      } finally {
        if (!done && tx.dirty()) {
          breakDown(
              new FsException(FsError.IO, "an operation failed half-way in transaction " + tx.sequence()));
        }
      }
    }
  }

  void end(Transaction tx) {
    lock.lock();
    try {
      open--;
      reserved -= tx.credits();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void include(MetaBlock block, long inSequence) {
    Invariant.check(!block.freed, "a freed block is changed", block.block());
    BlockHeader.version(block.image(), block.version() + 1);
    block.changedSequence = inSequence;
    lock.lock();
    try {
      Invariant.check(inSequence == sequence, "change outside of the running transaction", inSequence);
      running.add(block);
    } finally {
      lock.unlock();
    }
  }

  void onDurable(Runnable action) {
    lock.lock();
    try {
      runningActions.add(action);
    } finally {
      lock.unlock();
    }
  }

  /** Makes everything that ended before this call durable, data writes included. */
  public void commit() {
    long target;
    lock.lock();
    try {
      failIfBroken();
      boolean nothing = running.isEmpty() && runningActions.isEmpty();
      target = nothing ? sequence - 1 : sequence;
    } finally {
      lock.unlock();
    }
    if (durable >= target) {
      store.device().flush();
      return;
    }
    commitUpTo(target);
  }

  /** Makes the transaction durable if it is not; returns at once if it is. */
  public void commitUpTo(long target) {
    while (durable < target) {
      lock.lock();
      try {
        failIfBroken();
        if (committing) {
          changed.awaitUninterruptibly();
          continue;
        }
        if (durable >= target) {
          return;
        }
        committing = true;
      } finally {
        lock.unlock();
      }
      commitRunning();
    }
  }

  private void commitRunning() {
    boolean done = false;
    try {
      makeRoom();
      ArrayList<Image> images = new ArrayList<>();
      ArrayList<Runnable> actions;
      long committed;
      lock.lock();
      try {
        gateClosed = true;
        while (open > 0) {
          changed.awaitUninterruptibly();
        }
        failIfBroken();
        for (MetaBlock b : running) {
          byte[] copy = b.bytes().clone();
          BlockHeader.seal(copy);
          images.add(new Image(b, copy));
          b.logged = copy;
          b.loggedSequence = sequence;
        }
        committed = sequence++;
        running = new ArrayList<>();
        actions = runningActions;
        runningActions = new ArrayList<>();
        gateClosed = false;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
      List<byte[]> blocks = new ArrayList<>(images.size());
      for (Image i : images) {
        blocks.add(i.bytes());
      }
      ring.append(committed, blocks);
      store.device().flush();
      // Before anybody sees it as durable: whoever gives a group away relies on its freed blocks being settled.
      actions.forEach(Runnable::run);
      lock.lock();
      try {
        unplaced.add(new LoggedTransaction(committed, ring.head(), images));
        durable = committed;
      } finally {
        lock.unlock();
      }
      done = true;
    } catch (FsException e) {
      breakDown(e);
      throw e;
    } finally {
      finishCommit(done);
    }
  }

  private void finishCommit(boolean done) {
    lock.lock();
    try {
      committing = false;
      gateClosed = false;
      if (!done && broken == null) {
        broken = new IllegalStateException("a commit failed");
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** After a failed log write nobody can know what is durable: the mount refuses everything until it is mounted again. */
  private void breakDown(FsException cause) {
    lock.lock();
    try {
      if (broken == null) {
        broken = new FsException(cause.error(), "the journal has stopped: " + cause.getMessage(), cause);
      }
    } finally {
      lock.unlock();
    }
  }

  private void failIfBroken() {
    if (broken instanceof FsException e) {
      throw e;
    }
    if (broken != null) {
      throw new FsException(FsError.IO, "the journal is stopped after an earlier failure", broken);
    }
  }

  /** Before the gate closes: the ring has place for the largest transaction. */
  private void makeRoom() {
    if (ring.freeBlocks() < ring.reserve(transactionBlocks + CREDITS_MAX)) {
      checkpoint();
    }
    Invariant.check(
        ring.freeBlocks() >= ring.reserve(transactionBlocks + CREDITS_MAX), "no room in the log",
        ring.freeBlocks());
  }

  /** Brings everything in place and refuses what comes later: from here on another host may read this log. */
  public void close() {
    boolean closed = false;
    while (!closed) {
      commit();
      checkpoint();
      lock.lock();
      try {
        failIfBroken();
        while (open > 0 || committing) {
          changed.awaitUninterruptibly(); // Background work that was cancelled in its midst.
        }
        closed = running.isEmpty() && unplaced.isEmpty();
        if (closed) {
          broken = new FsException(FsError.IO, "the volume is unmounted");
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** Whether anything waits for a commit. */
  public boolean dirty() {
    lock.lock();
    try {
      return broken == null && !running.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Whether a background checkpoint is due: half of the ring is in use. */
  public boolean crowded() {
    return ring.freeBlocks() < ring.capacityBlocks() / 2;
  }

  /** Writes every committed image in place and empties the log up to the newest durable transaction. */
  public void checkpoint() {
    placing.lock();
    try {
      ArrayList<LoggedTransaction> batch;
      lock.lock();
      try {
        batch = new ArrayList<>(unplaced);
      } finally {
        lock.unlock();
      }
      if (batch.isEmpty()) {
        return;
      }
      ArrayList<MetaBlock> targets = new ArrayList<>();
      batch.forEach(t -> t.images().forEach(i -> targets.add(i.target())));
      place(targets);
      store.device().flush();
      int reclaimed = 0;
      while (reclaimed < batch.size() && placed(batch.get(reclaimed))) {
        reclaimed++;
      }
      if (reclaimed == 0) {
        return;
      }
      LoggedTransaction last = batch.get(reclaimed - 1);
      ring.advanceTail(last.sequence() + 1, last.endPosition());
      lock.lock();
      try {
        for (int i = 0; i < reclaimed; i++) {
          unplaced.removeFirst();
        }
      } finally {
        lock.unlock();
      }
    } finally {
      placing.unlock();
    }
  }

  @SuppressWarnings("ReferenceEquality") // Images are told apart by identity: a newer one may have equal bytes.
  private boolean placed(LoggedTransaction t) {
    for (Image i : t.images()) {
      MetaBlock b = i.target();
      lock.lock();
      try {
        boolean superseded = b.logged != i.bytes() && (b.logged == null || b.loggedSequence <= durable);
        if (!superseded && !b.freed) {
          return false;
        }
      } finally {
        lock.unlock();
      }
    }
    return true;
  }

  /** Writes the newest durable image of each block in place; holds {@code placing}, so that images never overtake. */
  @SuppressWarnings("ReferenceEquality")
  private void place(List<MetaBlock> targets) {
    Invariant.check(placing.isHeldByCurrentThread(), "placing without the lock");
    ArrayList<Image> images = new ArrayList<>();
    for (MetaBlock b : targets) {
      lock.lock();
      try {
        byte[] logged = b.logged;
        if (logged != null && b.loggedSequence <= durable && !b.freed) {
          images.add(new Image(b, logged));
        }
      } finally {
        lock.unlock();
      }
    }
    Collections.sort(images, Comparator.comparingLong(i -> i.target().block()));
    long previous = -1;
    for (Image i : images) {
      if (i.target().block() == previous) {
        continue;
      }
      previous = i.target().block();
      store.write(i.target().block(), i.bytes());
      lock.lock();
      try {
        if (i.target().logged == i.bytes()) {
          i.target().logged = null;
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Hand-over: afterwards everything this host changed in the owner's blocks is durable in the log and readable in place, and
   * no older write in place is under way.
   */
  public void settle(OwnedBlocks owner) {
    commitUpTo(owner.changedSequence);
    placing.lock();
    try {
      place(new ArrayList<>(owner.all()));
    } finally {
      placing.unlock();
    }
  }
}
