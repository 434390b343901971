package cfs.inode;

import cfs.error.Invariant;
import cfs.journal.BlockStore;
import cfs.port.LockMode;
import cfs.port.LockSpace;
import cfs.port.ResourceKind;
import java.util.ArrayList;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The inodes this host knows. One object per number while anyone uses it, so that its local lock means something. An unused
 * inode stays with its cluster lock until {@link #trim} needs the memory.
 */
public final class InodeTable {
  private final ConcurrentHashMap<Long, Inode> inodes = new ConcurrentHashMap<>();
  private final LockSpace locks;
  private final BlockStore store;

  public InodeTable(LockSpace locks, BlockStore store) {
    this.locks = locks;
    this.store = store;
  }

  /** Counts one use; every call is paired with {@link #unuse}. */
  public Inode use(long number) {
    Inode inode = inodes.compute(number, (n, known) -> {
      Inode i = known != null
          ? known
          : new Inode(
              n, locks.lock(ResourceKind.INODE, n), locks.lock(ResourceKind.OPEN, n), store);
      i.users++;
      return i;
    });
    return java.util.Objects.requireNonNull(inode);
  }

  public void unuse(Inode inode) {
    unuse(inode.number(), 1);
  }

  public void unuse(long number, long count) {
    inodes.computeIfPresent(number, (n, i) -> {
      Invariant.check(i.users >= count, "inode uses", i.users);
      i.users -= count;
      return i;
    });
  }

  /** For demotions: the inode, if it is known; not counted as a use. */
  public @Nullable Inode known(long number) {
    return inodes.get(number);
  }

  /** Shows every inode, each in use meanwhile. */
  public void each(Consumer<Inode> action) {
    for (Long number : inodes.keySet()) {
      Inode inode = use(number);
      try {
        action.accept(inode);
      } finally {
        unuse(inode);
      }
    }
  }

  public int size() {
    return inodes.size();
  }

  /**
   * Makes for at most {@code limit} inodes: unused ones give their cluster locks back, and go once they have. Which ones is
   * arbitrary.
   */
  public void trim(int limit) {
    int excess = inodes.size() - limit;
    if (excess <= 0) {
      return;
    }
    for (Inode i : new ArrayList<>(inodes.values())) {
      if (excess <= 0) {
        return;
      }
      if (idle(i)) {
        inodes.computeIfPresent(i.number(), (n, same) -> same.users == 0 && idle(same) ? null : same);
        excess--;
      } else if (i.users == 0) {
        i.lock().drop();
        i.openLock().drop();
        excess--;
      }
    }
  }

  private static boolean idle(Inode i) {
    return i.lock().cached() == LockMode.NL && i.openLock().cached() == LockMode.NL && !i.loaded();
  }
}
