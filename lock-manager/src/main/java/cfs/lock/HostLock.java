package cfs.lock;

import cfs.error.Invariant;
import cfs.port.ClusterLock;
import cfs.port.Lane;
import cfs.port.LockMode;
import cfs.port.ResourceKind;
import cfs.wire.LockMessage.Resource;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A cluster lock on this host. Threads pin and unpin what is cached through one atomic word; everything else, and every
 * field below the word, belongs to the lane.
 *
 * <p>An idle lock leaves the table to bound memory. Whoever still has the object may go on using it: it comes back, or
 * forwards to the object that represents the resource by then.
 */
public final class HostLock implements ClusterLock {
  /** Somebody who waits on the lane for a pin. */
  static final class Waiter {
    final LockMode mode;
    final LockOutcome outcome;
    Lane.@Nullable Timer timer;

    Waiter(LockMode mode, LockOutcome outcome) {
      this.mode = mode;
      this.outcome = outcome;
    }
  }

  private static final VarHandle WORD;

  static {
    try {
      WORD = MethodHandles.lookup().findVarHandle(HostLock.class, "word", long.class);
    } catch (ReflectiveOperationException missing) {
      throw new ExceptionInInitializerError(missing);
    }
  }

  final Resource resource;
  private final LocalLocks owner;
  private volatile long word = LockWord.IDLE;
  private volatile @Nullable HostLock successor;

  final List<Waiter> waiters = new ArrayList<>();
  final Repeat repeat = new Repeat();
  /** Newest grant of this epoch that this host knows; 0 for what the master learnt when it rebuilt its table. */
  long grantId;
  /** The one request on its way or queued at the master; null when there is none. */
  @Nullable
  LockMode requestMode;
  long requestId;
  /** The request is to be taken back. */
  boolean cancelling;
  /** The master has not yet confirmed that it knows our (grantId, mode). */
  boolean downPending;
  /** What another host waits for; null when nobody does. */
  @Nullable
  LockMode wanted;
  /** Mode after the demotion work that runs or is queued now; null when there is none. */
  @Nullable
  LockMode demotingTo;
  /** A stronger grant arrived during the demotion work, which therefore no longer lowers anything. */
  boolean superseded;

  HostLock(Resource resource, LocalLocks owner) {
    this.resource = resource;
    this.owner = owner;
  }

  @Override
  public ResourceKind kind() {
    return resource.kind();
  }

  @Override
  public long id() {
    return resource.id();
  }

  @Override
  public void acquire(LockMode mode) {
    if (!tryAcquire(mode)) {
      BlockingOutcome outcome = new BlockingOutcome();
      acquire(mode, LocalLocks.FOREVER_NANOS, outcome);
      Invariant.check(outcome.await(), "an acquire without a limit never times out");
    }
  }

  @Override
  public boolean acquire(LockMode mode, long timeoutNanos) {
    if (tryAcquire(mode)) {
      return true;
    }
    BlockingOutcome outcome = new BlockingOutcome();
    acquire(mode, timeoutNanos, outcome);
    return outcome.await();
  }

  /** As {@link #acquire(LockMode, long)} without a thread that waits: the outcome is told on the lane. */
  public void acquire(LockMode mode, long timeoutNanos, LockOutcome outcome) {
    owner.post(() -> owner.acquire(this, mode, timeoutNanos, outcome));
  }

  @Override
  public boolean tryAcquire(LockMode mode) {
    owner.checkLease();
    return last().tryPin(mode);
  }

  @Override
  public void release(LockMode mode) {
    last().unpin(mode);
  }

  @Override
  public LockMode cached() {
    long now = last().word;
    return LockWord.retired(now) ? LockMode.NL : LockWord.mode(now);
  }

  @Override
  public void drop() {
    HostLock last = last();
    owner.post(() -> owner.drop(last));
  }

  boolean tryPin(LockMode mode) {
    while (true) {
      long old = word;
      if (!LockWord.admits(old, mode)) {
        return false;
      }
      if (WORD.compareAndSet(this, old, LockWord.pin(old, mode))) {
        return true;
      }
    }
  }

  private void unpin(LockMode mode) {
    while (true) {
      long old = word;
      if (WORD.compareAndSet(this, old, LockWord.unpin(old, mode))) {
        if (LockWord.gated(old)) {
          owner.post(() -> owner.progress(this));
        }
        return;
      }
    }
  }

  long word() {
    return word;
  }

  LockMode mode() {
    return LockWord.mode(word);
  }

  boolean retired() {
    return LockWord.retired(word);
  }

  /** Lane only. Returns the word right after, so that its pins are those that the gate lets finish. */
  long gate(boolean closed) {
    while (true) {
      long old = word;
      long next = LockWord.withGate(old, closed);
      if (old == next || WORD.compareAndSet(this, old, next)) {
        return next;
      }
    }
  }

  /** Lane only; lowering needs a closed gate and fitting pins. */
  void setMode(LockMode mode) {
    while (true) {
      long old = word;
      if (WORD.compareAndSet(this, old, LockWord.withMode(old, mode))) {
        return;
      }
    }
  }

  /** Lane only: nothing is held, wanted or unanswered, so the table may forget this lock. */
  boolean retire() {
    return word == LockWord.IDLE && waiters.isEmpty() && requestMode == null && !downPending
        && demotingTo == null
        && WORD.compareAndSet(this, LockWord.IDLE, LockWord.RETIRED);
  }

  /** Lane only: the table knows this object again. */
  void revive() {
    Invariant.check(retired() && successor == null, "only a retired lock comes back");
    grantId = 0;
    wanted = null;
    word = LockWord.IDLE;
  }

  /** Lane only: for ever, since two objects with pins for one resource would be two locks. */
  void forwardTo(HostLock other) {
    Invariant.check(retired() && other != this, "only a retired lock forwards");
    successor = other;
  }

  /** The object that represents the resource, or the last that did. Stable while the caller has a pin. */
  HostLock last() {
    HostLock last = this;
    for (HostLock next = successor; next != null; next = last.successor) {
      last = next;
    }
    return last;
  }

  @Override
  public String toString() {
    long now = word;
    return resource.kind() + " " + resource.id()
        + (LockWord.retired(now) ? " retired" : " " + LockWord.mode(now))
        + (requestMode == null ? "" : " wants " + requestMode) + (wanted == null ? "" : " blocks " + wanted);
  }
}
