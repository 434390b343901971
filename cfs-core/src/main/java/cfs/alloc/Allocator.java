package cfs.alloc;

import cfs.error.FsError;
import cfs.error.FsException;
import cfs.format.BlockHeader;
import cfs.format.BlockType;
import cfs.format.Geometry;
import cfs.format.GroupHeader;
import cfs.journal.BlockStore;
import cfs.journal.Journal;
import cfs.port.LockMode;
import cfs.port.LockSpace;
import cfs.port.ResourceKind;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Chooses allocation groups and keeps their locks. A host goes on in the group it used last, since it holds that one's lock:
 * unrelated hosts do not meet. Groups are always the last locks taken, two of them in order of their numbers.
 */
public final class Allocator {
  private final BlockStore store;
  private final LockSpace locks;
  private final Journal journal;
  private final ConcurrentHashMap<Long, Group> groups = new ConcurrentHashMap<>();
  private volatile long current;

  public Allocator(BlockStore store, LockSpace locks, Journal journal, int slot) {
    this.store = store;
    this.locks = locks;
    this.journal = journal;
    // Neighbouring slots start far apart: multiplication by the golden ratio spreads any small set evenly.
    long hash = slot * 0x9e3779b97f4a7c15L >>> 1;
    this.current = hash % store.geometry().groupCount();
  }

  /**
   * A group that can give what is asked, locked; first the goal's, then those this host holds, then any.
   *
   * @param goal a block near which to allocate if this host holds its group, or -1
   * @param metadataBlocks metadata blocks wanted
   * @param data whether data blocks are wanted, too
   */
  public Group lock(long goal, int metadataBlocks, boolean data) {
    if (goal >= 0) {
      Group near = group(store.geometry().groupOf(goal));
      if (tryUse(near, false, metadataBlocks, data)) {
        return near;
      }
    }
    Group latest = group(current);
    if (tryUse(latest, false, metadataBlocks, data)) {
      return latest;
    }
    for (Group held : groups.values()) {
      if (tryUse(held, false, metadataBlocks, data)) {
        current = held.number();
        return held;
      }
    }
    Group any = search(metadataBlocks, data);
    if (any == null) {
      journal.commit(); // What was freed just now becomes usable.
      any = search(metadataBlocks, data);
    }
    if (any == null) {
      throw new FsException(FsError.NO_SPACE);
    }
    current = any.number();
    return any;
  }

  private @Nullable Group search(int metadataBlocks, boolean data) {
    long count = store.geometry().groupCount();
    long start = current;
    for (long i = 0; i < count; i++) {
      Group g = group((start + i) % count);
      if (tryUse(g, true, metadataBlocks, data)) {
        return g;
      }
    }
    return null;
  }

  /** The group of a block, locked. */
  public Group lockOf(long block) {
    Group g = group(store.geometry().groupOf(block));
    pin(g);
    return g;
  }

  /** The groups of two blocks, locked in order; the same object twice if they share one. */
  public Group[] lockOf(long a, long b) {
    long first = Math.min(store.geometry().groupOf(a), store.geometry().groupOf(b));
    long second = Math.max(store.geometry().groupOf(a), store.geometry().groupOf(b));
    Group one = group(first);
    pin(one);
    if (first == second) {
      return new Group[]{one};
    }
    Group two = group(second);
    try {
      pin(two);
    } catch (RuntimeException e) {
      unlock(one);
      throw e;
    }
    return new Group[]{one, two};
  }

  private void pin(Group g) {
    g.lock().acquire(LockMode.EX);
    g.local.lock();
    try {
      g.load(journal);
      g.refresh();
    } catch (RuntimeException e) {
      unlock(g);
      throw e;
    }
  }

  public void unlock(Group g) {
    g.local.unlock();
    g.lock().release(LockMode.EX);
  }

  private boolean tryUse(Group g, boolean mayWait, int metadataBlocks, boolean data) {
    if (g.freeHint() >= 0 && g.freeHint() < metadataBlocks + (data ? 1 : 0)
        && g.lock().cached() == LockMode.EX) {
      return false;
    }
    if (mayWait) {
      pin(g);
    } else if (g.lock().tryAcquire(LockMode.EX)) {
      g.local.lock();
      try {
        g.load(journal);
        g.refresh();
      } catch (RuntimeException e) {
        unlock(g);
        throw e;
      }
    } else {
      return false;
    }
    if (g.serves(metadataBlocks, data)) {
      return true;
    }
    unlock(g);
    return false;
  }

  private Group group(long number) {
    return groups.computeIfAbsent(number, n -> new Group(n, locks.lock(ResourceKind.GROUP, n), store));
  }

  /** Hand-over of a group: its changes become durable and readable by others, then it is forgotten here. */
  public void demote(long number) {
    Group g = groups.get(number);
    if (g == null) {
      return;
    }
    g.local.lock();
    try {
      journal.settle(g.blocks());
      g.forget();
    } finally {
      g.local.unlock();
    }
  }

  /**
   * Free blocks of the volume: exact for groups this host holds, as last written in place for others. Reads one block per
   * group that is not held.
   */
  public long freeBlocks() {
    Geometry geometry = store.geometry();
    long free = 0;
    for (long g = 0; g < geometry.groupCount(); g++) {
      Group known = groups.get(g);
      free += known != null && known.freeHint() >= 0 && known.lock().cached() == LockMode.EX
          ? known.freeHint()
          : freeInPlace(g);
    }
    return free;
  }

  private long freeInPlace(long group) {
    long block = store.geometry().headerBlock(group);
    byte[] bytes = store.readRaw(block);
    MemorySegment image = MemorySegment.ofArray(bytes);
    if (BlockHeader.complaint(bytes, block, store.volume()) == null
        && BlockHeader.type(image) == BlockType.GROUP_HEADER) {
      return cfs.format.Fields.getLong(image, GroupHeader.FREE_BLOCKS);
    }
    return (long) store.geometry().chunksOf(group) * Geometry.CHUNK_BLOCKS - store.geometry().tableBlocks();
  }
}
