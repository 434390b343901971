package cfs.port;

/** All cluster locks of one volume, on one host. */
public interface LockSpace extends AutoCloseable {
  /**
   * Work to be done before a lock is given away: called on a task thread when no pin conflicts with {@code to}. Until it
   * returns the host still holds {@code from}; acquirers of this lock wait. Must not acquire locks of the same kind.
   */
  interface Demotion {
    void demote(ClusterLock lock, LockMode from, LockMode to);
  }

  /** Set once, before the first acquire. */
  void onDemotion(Demotion demotion);

  /** The lock of a resource; the same object while anyone uses it. */
  ClusterLock lock(ResourceKind kind, long id);

  /**
   * For journal replay, while grants are frozen: whether a live host (this one too) holds the resource in a mode other than
   * NL, so that what a dead host logged for it is stale. Blocks for the answer of the resource's master.
   */
  boolean heldByLiveHost(ResourceKind kind, long id);

  /** Gives every lock back (demotion first) and stops. */
  @Override
  void close();
}
