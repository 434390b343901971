package cfs.port;

/** What the operating system's kernel caches on behalf of this mount; told before a lock is given away. */
public interface KernelCache {
  /** Attributes of the inode are no longer valid. Never blocks on a request that is in flight. */
  void invalidateAttributes(long inode);

  /** A mount without a kernel. */
  KernelCache NONE = inode -> {};
}
