package cfs.lock;

import cfs.error.FsException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Lets a thread wait for the lane. Interrupts are kept for later: a lock that is granted half-way must not be lost. */
final class BlockingOutcome implements LockOutcome {
  private final CountDownLatch done = new CountDownLatch(1);
  private boolean pinned;
  private @Nullable FsException refusal;

  @Override
  public void pinned() {
    pinned = true;
    done.countDown();
  }

  @Override
  public void timedOut() {
    done.countDown();
  }

  @Override
  public void refused(FsException why) {
    refusal = why;
    done.countDown();
  }

  /** Whether the lock is pinned now; throws the refusal. */
  boolean await() {
    awaitUninterruptibly(done);
    if (refusal != null) {
      throw refusal;
    }
    return pinned;
  }

  static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
