package cfs.volume;

import cfs.error.FsError;
import cfs.error.FsException;
import cfs.port.BlockDevice;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Flushes one LUN no more often than needed: not at all when every completed write is durable, and once for all callers
 * that arrive while a flush is running (group commit, DeWitt et al., "Implementation Techniques for Main Memory Database
 * Systems", 1984). Thread-safe.
 *
 * <p>Why no write is missed: a write sets {@code isDirty} after the LUN completed it and before its caller returns; a
 * round clears it before it asks the LUN. So a caller who finds it clear has its write either durable or covered by the
 * round that is running, for which it waits; a write that completes later sets it again and gets the next round.
 *
 * <p>Invariants: at most one flush of the LUN runs; {@code next} is made while one runs, and is the first to run after it.
 */
final class FlushGate {
  private final BlockDevice lun;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition roundDone = lock.newCondition();
  private volatile boolean isDirty;
  private @Nullable FlushRound running;
  private @Nullable FlushRound next;

  FlushGate(BlockDevice lun) {
    this.lun = lun;
  }

  /** A write, discard or zeroing of the LUN has ended, well or not. */
  void written() {
    // Read first: all threads share this cache line, and it is dirty most of the time.
    if (!isDirty) {
      isDirty = true;
    }
  }

  void flush() {
    FlushRound round = roundToRunOrShare();
    if (round != null) {
      runRound(round);
    }
  }

  /** The round that this thread must run, or null when another thread's flush did, or none was needed. */
  private @Nullable FlushRound roundToRunOrShare() {
    lock.lock();
    try {
      FlushRound current = running;
      if (current == null) {
        // Waiters of the next round that have not woken up yet are served by this one.
        return isDirty ? start(next == null ? new FlushRound() : next) : null;
      }
      if (!isDirty) {
        await(current);
        return null;
      }
      FlushRound mine = next;
      if (mine == null) {
        mine = new FlushRound();
        next = mine;
      }
      while (running != null && running != mine && !mine.isDone) {
        roundDone.awaitUninterruptibly();
      }
      if (running == null && !mine.isDone) {
        return start(mine);
      }
      await(mine);
      return null;
    } finally {
      lock.unlock();
    }
  }

  private FlushRound start(FlushRound round) {
    next = null;
    running = round;
    isDirty = false;
    return round;
  }

  private void await(FlushRound round) {
    while (!round.isDone) {
      roundDone.awaitUninterruptibly();
    }
    if (round.failure != null) {
      throw round.failure;
    }
  }

  private void runRound(FlushRound round) {
    RuntimeException failure = new FsException(FsError.IO, "flushing " + lun + " was broken off");
    try {
      lun.flush();
      failure = null;
    } catch (RuntimeException e) {
      failure = e;
      throw e;
    } finally {
      finish(round, failure);
    }
  }

  private void finish(FlushRound round, @Nullable RuntimeException failure) {
    lock.lock();
    try {
      if (failure != null) {
        // What it should have made durable is not: the next caller must ask the LUN again.
        isDirty = true;
      }
      round.failure = failure;
      round.isDone = true;
      running = null;
      roundDone.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
