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
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Chooses allocation groups and keeps their locks. A host goes on in the group it used last, since it holds that one's lock:
 * unrelated hosts do not meet. Groups are always the last locks taken, two of them in order of their numbers.
 */
public final class Allocator {
  private static final int FREEING_ATTEMPTS = 8;

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

  /**
   * The group of a block that is to be freed, and as last element (the same, or a second one) a group that has so many
   * metadata blocks for what freeing may split.
   */
  public List<Group> lockForFreeing(long block, int metadataBlocks) {
    Group home = lockOf(block);
    if (prepared(home, metadataBlocks)) {
      return List.of(home);
    }
    unlock(home);
    for (int attempt = 0; attempt < FREEING_ATTEMPTS; attempt++) {
      Group giving = lock(-1, metadataBlocks, false);
      if (giving == home) {
        return List.of(home);
      }
      if (giving.number() < home.number()) {
        pinOrUnlock(home, giving);
        return List.of(home, giving);
      }
      // In order of numbers: let go, and see whether it still has what is needed.
      unlock(giving);
      pin(home);
      pinOrUnlock(giving, home);
      if (prepared(giving, metadataBlocks)) {
        return List.of(home, giving);
      }
      unlock(giving);
      unlock(home);
    }
    throw new FsException(FsError.NO_SPACE);
  }

  private boolean prepared(Group g, int metadataBlocks) {
    boolean done = false;
    try {
      boolean answer = g.prepareMetadata(journal, metadataBlocks);
      done = true;
      return answer;
    } finally {
      if (!done) {
        unlock(g);
      }
    }
  }

  private void pinOrUnlock(Group g, Group held) {
    boolean done = false;
    try {
      pin(g);
      done = true;
    } finally {
      if (!done) {
        unlock(held);
      }
    }
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
    g.release();
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
    boolean serves = false;
    try {
      serves = (!data || g.servesData()) && g.prepareMetadata(journal, metadataBlocks);
    } finally {
      if (!serves) {
        unlock(g);
      }
    }
    return serves;
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
