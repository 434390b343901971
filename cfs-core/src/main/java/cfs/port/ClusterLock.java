package cfs.port;

/**
 * One cluster lock as this host sees it. The host caches the granted mode after use: acquiring what is cached sends no
 * message. A pin (acquire until release) keeps the mode; threads of one host share it, local exclusion is the caller's.
 *
 * <p>A thread never acquires a stronger mode of a lock it has pinned: release first.
 */
public interface ClusterLock {
  ResourceKind kind();

  long id();

  /** Waits until the host holds a mode that covers {@code mode}, and pins it. Throws FencedException if the host is out. */
  void acquire(LockMode mode);

  /** As {@link #acquire(LockMode)}, but gives up after {@code timeoutNanos}: false, nothing pinned. */
  boolean acquire(LockMode mode, long timeoutNanos);

  /** Pins only if the cached mode covers {@code mode} and nobody else waits for it; never blocks, never sends. */
  boolean tryAcquire(LockMode mode);

  /** Takes back one pin that was taken with {@code mode}. */
  void release(LockMode mode);

  /** The mode this host holds now; only stable while pinned. */
  LockMode cached();

  /** Gives an unpinned cached lock back to the cluster (after demotion work) to bound memory; no effect while pinned. */
  void drop();
}
