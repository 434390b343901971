package cfs.fuse;

import cfs.error.Invariant;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How many threads read requests. Slow requests may wait for long on cluster locks; there is always another thread to take
 * the next request until {@link #MAX_READERS} of them wait. Beyond that requests wait in the kernel's queue.
 *
 * <p>Invariants: {@code ready} threads are not in the slow path and not parked; ready >= MIN_READY unless all
 * {@link #MAX_READERS} exist; at most BASE_READERS are ready once the slow ones came back, the others park. Reads and
 * writes on the fast path count as ready: they wait for the LUN only.
 */
final class Crew {
  private static final Logger LOG = System.getLogger("cfs.fuse");

  /** Threads from the beginning: with fewer, queue depth 16 falls to a fifth here; with more nothing is gained. */
  static final int BASE_READERS = 8;

  /** When fewer threads than this are ready, another one is woken or started. */
  static final int MIN_READY = 2;

  /** Bound on threads, each with 2 MiB of buffers. */
  static final int MAX_READERS = 64;

  /** Readers that ended by themselves (out of memory, /dev/fuse failing) and were replaced; then the session ends. */
  static final int MAX_REPLACED = 64;

  /** Starts one more reader thread. */
  interface Recruiter {
    void recruit();
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition wake = lock.newCondition();
  private final Recruiter recruiter;
  private int members;
  private int ready;
  private int parked;
  private int wakeUps;
  private int replaced;
  private boolean ended;
  private long saturated;

  /** Whether {@link #parkSurplus} has something to do; read without the lock, a stale value only delays parking. */
  private volatile boolean surplus;

  Crew(Recruiter recruiter) {
    this.recruiter = recruiter;
  }

  void start() {
    lock.lock();
    try {
      while (members < BASE_READERS) {
        recruit();
      }
    } finally {
      lock.unlock();
    }
  }

  void enterSlow() {
    lock.lock();
    try {
      ready--;
      if (ready < MIN_READY && !ended) {
        reinforce();
      }
    } finally {
      lock.unlock();
    }
  }

  private void reinforce() {
    if (parked > 0) {
      parked--;
      wakeUps++;
      ready++;
      wake.signal();
    } else if (members < MAX_READERS) {
      tryRecruit();
    } else {
      saturated++;
    }
    checkInvariants();
  }

  /** Without a further thread the mount is slower, not wrong. */
  private void tryRecruit() {
    try {
      recruit();
    } catch (RuntimeException noThread) {
      saturated++;
      LOG.log(Level.WARNING, "no further reader thread could be started", noThread);
    }
  }

  private void recruit() {
    recruiter.recruit();
    members++;
    ready++;
  }

  void leaveSlow() {
    lock.lock();
    try {
      ready++;
      surplus = ready > BASE_READERS;
    } finally {
      lock.unlock();
    }
  }

  /** Called by a reader that has answered a request: parks it while there are more than enough. */
  void parkSurplus() {
    lock.lock();
    try {
      surplus = ready > BASE_READERS + 1;
      if (ready <= BASE_READERS || ended) {
        return;
      }
      ready--;
      parked++;
      while (wakeUps == 0 && !ended) {
        wake.awaitUninterruptibly();
      }
      if (wakeUps > 0) {
        wakeUps--;
      } else {
        parked--;
        ready++;
      }
    } finally {
      lock.unlock();
    }
  }

  boolean hasSurplus() {
    return surplus;
  }

  /** The mount is gone: parked threads come back to see it. */
  void end() {
    lock.lock();
    try {
      ended = true;
      wake.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** A reader ends; true for the last one. */
  boolean leave() {
    lock.lock();
    try {
      members--;
      ready--;
      if (!ended && members < BASE_READERS && replaced < MAX_REPLACED) {
        replaced++;
        reinforce();
      }
      checkInvariants();
      return members == 0;
    } finally {
      lock.unlock();
    }
  }

  private void checkInvariants() {
    Invariant.check(members >= 0 && members <= MAX_READERS, "members are bounded", members);
    Invariant.check(ready >= 0 && parked >= 0 && ready + parked <= members, "a member has one place", ready);
  }

  int members() {
    lock.lock();
    try {
      return members;
    } finally {
      lock.unlock();
    }
  }

  /** How often a slow request found all {@link #MAX_READERS} in use. */
  long saturated() {
    lock.lock();
    try {
      return saturated;
    } finally {
      lock.unlock();
    }
  }
}
