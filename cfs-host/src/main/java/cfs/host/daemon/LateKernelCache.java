package cfs.host.daemon;

import cfs.port.KernelCache;

/** The kernel's cache of a mount that comes up after the file system it shows; until then the kernel caches nothing. */
final class LateKernelCache implements KernelCache {
  private volatile KernelCache now = KernelCache.NONE;

  void set(KernelCache mount) {
    now = mount;
  }

  @Override
  public void invalidateAttributes(long inode) {
    now.invalidateAttributes(inode);
  }
}
