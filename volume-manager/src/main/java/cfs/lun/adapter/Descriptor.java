package cfs.lun.adapter;

import cfs.error.FsError;
import cfs.error.FsException;
import cfs.error.Invariant;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An open file descriptor that is closed by the last one who uses it. Without this, a close during somebody's pwrite would
 * let the kernel hand the number to another file, and the write would land there.
 *
 * <p>Invariant: the low 31 bits of {@code state} count the calls in flight; CLOSED is set once and never cleared; the
 * descriptor is closed exactly when the state becomes CLOSED alone.
 */
final class Descriptor {
  private static final int CLOSED = Integer.MIN_VALUE;

  private final SystemCalls system;
  private final String path;
  private final int number;
  private final AtomicInteger state = new AtomicInteger();

  Descriptor(SystemCalls system, String path, int number) {
    this.system = system;
    this.path = path;
    this.number = number;
  }

  /** The number, valid until the matching {@link #leave()}. */
  int enter() {
    if (state.incrementAndGet() < 0) {
      leave();
      throw new FsException(FsError.IO, path + " is closed");
    }
    return number;
  }

  void leave() {
    int left = state.decrementAndGet();
    Invariant.check(left != -1 && left != Integer.MAX_VALUE, "each leave has its enter", left);
    releaseIfLast(left);
  }

  /** New calls fail from now on; those in flight finish. */
  void close() {
    int before = state.getAndUpdate(calls -> calls | CLOSED);
    if (before >= 0) {
      releaseIfLast(before | CLOSED);
    }
  }

  private void releaseIfLast(int calls) {
    // A late enter() may pass through this state again: only who moves on to CLOSED + 2^30 closes.
    if (calls == CLOSED && state.compareAndSet(CLOSED, CLOSED | 1 << 30)) {
      int answer = system.close(number);
      if (answer < 0 && answer != -Errno.EINTR) {
        throw Errno.failure("closing", path, -answer);
      }
    }
  }
}
