package cfs.lock;

import cfs.error.FencedException;
import cfs.port.ClusterLock;
import cfs.port.LockSpace;
import cfs.port.ResourceKind;
import cfs.wire.LockMessage.Resource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** The cluster locks of one volume as the file system sees them; every call blocks its thread at most, never the lane. */
final class HostLockSpace implements LockSpace {
  private final LockEngine engine;
  private final LocalLocks local;

  HostLockSpace(LockEngine engine, LocalLocks local) {
    this.engine = engine;
    this.local = local;
  }

  @Override
  public void onDemotion(Demotion demotion) {
    local.onDemotion(demotion);
  }

  @Override
  public ClusterLock lock(ResourceKind kind, long id) {
    return local.lock(kind, id);
  }

  /**
   * Modes that leave room for a writer elsewhere (NL, CR) do not count: they prove nothing about what the dead host logged.
   * Ask before reading the block: once the answer is "no", it stays "no" until the replay returns.
   */
  @Override
  public boolean heldByLiveHost(ResourceKind kind, long id) {
    CountDownLatch answered = new CountDownLatch(1);
    AtomicBoolean held = new AtomicBoolean();
    AtomicReference<FencedException> refusal = new AtomicReference<>();
    engine.post(() -> engine.probe(new Resource(kind, id), answer -> {
      held.set(answer);
      answered.countDown();
    }, why -> {
      refusal.set(why);
      answered.countDown();
    }));
    BlockingOutcome.awaitUninterruptibly(answered);
    FencedException why = refusal.get();
    if (why != null) {
      throw why;
    }
    return held.get();
  }

  /** Waits until all pins are gone and every master took its lock back, or until this host is out. */
  @Override
  public void close() {
    CountDownLatch done = new CountDownLatch(1);
    engine.post(() -> engine.drain(done::countDown));
    BlockingOutcome.awaitUninterruptibly(done);
  }
}
