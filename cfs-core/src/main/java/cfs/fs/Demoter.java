package cfs.fs;

import cfs.inode.Inode;
import cfs.port.ClusterLock;
import cfs.port.KernelCache;
import cfs.port.LockMode;
import cfs.port.LockSpace;

/**
 * The work before a cluster lock is given away: what this host changed under it becomes durable and readable in place, what it
 * cached is forgotten, and the kernel is told.
 */
final class Demoter implements LockSpace.Demotion {
  private final Parts parts;
  private final KernelCache kernel;

  Demoter(Parts parts, KernelCache kernel) {
    this.parts = parts;
    this.kernel = kernel;
  }

  @Override
  public void demote(ClusterLock lock, LockMode from, LockMode to) {
    switch (lock.kind()) {
      case INODE -> {
        Inode inode = parts.inodes().known(lock.id());
        if (inode != null) {
          demoteInode(inode, from, to);
        }
      }
      case GROUP -> parts.allocator().demote(lock.id());
      case VOLUME, JOURNAL, RENAME, OPEN -> {
        // These protect nothing that is cached.
      }
    }
  }

  private void demoteInode(Inode inode, LockMode from, LockMode to) {
    var local = inode.localExclusive();
    local.lock();
    try {
      inode.contended(from == LockMode.EX || from == LockMode.CW);
      if (inode.loaded() && from == LockMode.EX && inode.mode() != 0) {
        if (inode.timesPending()) {
          parts.journal().run(2, inode::writeTimes);
        }
        parts.journal().settle(inode.blocks());
      }
      if (to == LockMode.NL) {
        inode.forget();
        kernel.invalidateAttributes(inode.number());
      }
    } finally {
      local.unlock();
    }
  }
}
