package cfs.volume;

import cfs.error.FsError;
import cfs.error.FsException;
import cfs.port.BlockDevice;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Flushes one LUN once for all callers that arrive while a flush is running (group commit, DeWitt et al., "Implementation
 * Techniques for Main Memory Database Systems", 1984). Thread-safe.
 *
 * <p>Why no write is missed: a caller's round begins after the caller arrived, hence after every write that completed before,
 * whichever host made it. A LUN is never taken for clean because this host did not write to it: other hosts do, and one that
 * died may have left writes that nobody else would flush.
 *
 * <p>Invariants: at most one flush of the LUN runs; {@code next} is made while one runs, and is the first to run after it.
 */
final class FlushGate {
  private final BlockDevice lun;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition roundDone = lock.newCondition();
  private @Nullable FlushRound running;
  private @Nullable FlushRound next;

  FlushGate(BlockDevice lun) {
    this.lun = lun;
  }

  void flush() {
    FlushRound round = roundToRunOrShare();
    if (round != null) {
      runRound(round);
    }
  }

  /** The round that this thread must run, or null when another thread's flush did. */
  private @Nullable FlushRound roundToRunOrShare() {
    lock.lock();
    try {
      if (running == null) {
        // Waiters of the next round that have not woken up yet are served by this one.
        return start(next == null ? new FlushRound() : next);
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
      round.failure = failure;
      round.isDone = true;
      running = null;
      roundDone.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
