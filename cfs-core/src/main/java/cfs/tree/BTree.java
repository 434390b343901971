package cfs.tree;

import cfs.error.CorruptionException;
import cfs.error.Invariant;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/**
 * One tree in a {@link NodeStore}. Lookups may run in parallel when each has its own {@link Cursor}; a change excludes
 * everything else (the inode's lock sees to that). Insert and replace allocate all blocks they need before they change
 * anything, so a full volume leaves the tree as it was.
 */
public final class BTree {
  public static final int PAYLOAD_BYTES_MAX = Page.PAYLOAD_BYTES_MAX;
  public static final int NODE_PAGE_OFFSET = 64;
  public static final int NODE_PAGE_BYTES = 4032;
  public static final int ROOT_BYTES_MIN = 256;

  /** Bounds a walk over empty nodes that could not be freed; a longer run can only be damage. */
  private static final int EMPTY_NODES_MAX = 1 << 24;

  private static final int NODE_CAPACITY_BYTES = NODE_PAGE_BYTES - Page.HEADER_BYTES;
  private static final int POINTER_BYTES = Page.ENTRY_BYTES + Page.CHILD_BYTES;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED
      .withOrder(ByteOrder.LITTLE_ENDIAN);

  private final NodeStore store;

  /** Position of the running change; lookups use their caller's cursor. */
  private final Cursor path = new Cursor();

  /** Blocks allocated for the running change, used from the end. */
  private final long[] spares = new long[maxNewNodes(Page.LEVEL_MAX + 1)];
  private int spareCount;
  private boolean rootModified;
  private long changes;

  public BTree(NodeStore store) {
    Invariant.check(store.rootLength() >= ROOT_BYTES_MIN && store.rootLength() <= NODE_PAGE_BYTES,
        "root page length", store.rootLength());
    this.store = store;
  }

  /** Sees entries in ascending order. */
  public interface Entries {
    /** Must not change the tree. @return false to stop */
    boolean entry(Cursor cursor);
  }

  /** Makes an empty tree. */
  public static void format(MemorySegment seg, long rootOffset, int rootLength) {
    Page.format(seg, rootOffset, rootLength, 0);
  }

  /** Blocks that one insert or replace allocates at most: a split per level, and two for a root that overflows. */
  public static int maxNewNodes(int height) {
    return height + 1;
  }

  /**
   * Walks the whole tree and checks every rule. Survives any damage; skips what it cannot trust.
   *
   * @return sentences with block numbers, none when the tree is good
   */
  public static List<String> verify(NodeStore store, Visitor visitor) {
    return new TreeCheck(store, visitor).run();
  }

  /** Levels of the tree: 1 when the root is a leaf. */
  public int height() {
    requireRoot();
    return Page.level(store.root(), store.rootOffset()) + 1;
  }

  public boolean isEmpty(Cursor cursor) {
    return !ceiling(0, cursor);
  }

  /** Positions at the key, if it exists. */
  public boolean find(long key, Cursor cursor) {
    if (descend(cursor, key) > 0) {
      return false;
    }
    int found = Page.search(cursor.page(0), cursor.base(0), key);
    if (found < 0) {
      return false;
    }
    cursor.index(0, found);
    return land(cursor);
  }

  /** Positions at the greatest key that is not greater, if there is one. */
  public boolean floor(long key, Cursor cursor) {
    int level = descend(cursor, key);
    if (level == 0) {
      int found = Page.search(cursor.page(0), cursor.base(0), key);
      int index = found >= 0 ? found : -found - 2;
      if (index >= 0) {
        cursor.index(0, index);
        return land(cursor);
      }
    }
    return retreat(cursor, level);
  }

  /** Positions at the smallest key that is not smaller, if there is one. */
  public boolean ceiling(long key, Cursor cursor) {
    int level = descend(cursor, key);
    if (level == 0) {
      int found = Page.search(cursor.page(0), cursor.base(0), key);
      int index = found >= 0 ? found : -found - 1;
      if (index < cursor.count(0)) {
        cursor.index(0, index);
        return land(cursor);
      }
    }
    return advance(cursor, level);
  }

  /** Goes to the next greater key; false at the end. */
  public boolean next(Cursor cursor) {
    requireCurrent(cursor);
    long before = cursor.key();
    int index = cursor.index(0) + 1;
    boolean moved;
    if (index < cursor.count(0)) {
      cursor.index(0, index);
      moved = land(cursor);
    } else {
      moved = advance(cursor, 0);
    }
    requireOrder(cursor, !moved || Long.compareUnsigned(cursor.key(), before) > 0);
    return moved;
  }

  /** Goes to the next smaller key; false at the beginning. */
  public boolean previous(Cursor cursor) {
    requireCurrent(cursor);
    long before = cursor.key();
    int index = cursor.index(0) - 1;
    boolean moved;
    if (index >= 0) {
      cursor.index(0, index);
      moved = land(cursor);
    } else {
      moved = retreat(cursor, 0);
    }
    requireOrder(cursor, !moved || Long.compareUnsigned(cursor.key(), before) < 0);
    return moved;
  }

  /** Shows all entries with a key that is not smaller, until the callback has enough. */
  public void scan(long fromKey, Cursor cursor, Entries callback) {
    boolean more = ceiling(fromKey, cursor);
    while (more && callback.entry(cursor)) {
      more = next(cursor);
    }
  }

  public void insert(long key, byte[] payload) {
    insert(key, MemorySegment.ofArray(payload), 0, payload.length);
  }

  /** Adds a key that must not exist. The source must not lie in a page of this tree. */
  public void insert(long key, MemorySegment source, long offset, int length) {
    requirePayload(length);
    begin();
    int stop = descend(path, key);
    if (stop > 0) {
      reserve(stop);
      growBranch(stop, key);
    } else {
      int found = Page.search(path.page(0), path.base(0), key);
      Invariant.check(found < 0, "inserted key is new", key);
      path.index(0, -found - 1);
      requireRange();
      reserve(nodesNeeded(Page.ENTRY_BYTES + length, 0));
    }
    put(0, path.index(0), key, source, offset, length);
    end();
  }

  public void replace(long key, byte[] payload) {
    replace(key, MemorySegment.ofArray(payload), 0, payload.length);
  }

  /** Gives a key that must exist another payload of any size. The source must not lie in a page of this tree. */
  public void replace(long key, MemorySegment source, long offset, int length) {
    requirePayload(length);
    begin();
    Invariant.check(find(key, path), "replaced key exists", key);
    int index = path.index(0);
    if (Page.fitsInstead(path.page(0), path.base(0), index, length)) {
      modify(0);
      Page.replace(path.page(0), path.base(0), index, source, offset, length);
    } else {
      int released = Page.ENTRY_BYTES + Page.payloadLength(path.page(0), path.base(0), index);
      requireRange();
      reserve(nodesNeeded(Page.ENTRY_BYTES + length, released));
      modify(0);
      Page.remove(path.page(0), path.base(0), index);
      put(0, index, key, source, offset, length);
    }
    end();
  }

  /** Removes a key and the nodes that become empty by that, as far as the store can free them; false if it is not there. */
  public boolean delete(long key) {
    if (!find(key, path)) {
      return false;
    }
    begin();
    int level = 0;
    while (level < path.rootLevel && path.count(level) == 1 && store.free(path.block(level))) {
      level++;
    }
    modify(level);
    Page.remove(path.page(level), path.base(level), path.index(level));
    shrinkRoot();
    end();
    return true;
  }

  private void begin() {
    changes++;
    rootModified = false;
    path.leave();
  }

  private void end() {
    path.leave();
    Invariant.check(spareCount == 0, "allocated nodes are used", spareCount);
  }

  private void enterRoot(Cursor cursor) {
    cursor.leave();
    requireRoot();
    MemorySegment page = store.root();
    long base = store.rootOffset();
    cursor.rootLevel = Page.level(page, base);
    cursor.enter(cursor.rootLevel, page, base, store.rootBlock());
  }

  private void requireRoot() {
    if (!Page.isSound(store.root(), store.rootOffset(), store.rootLength())) {
      throw new CorruptionException(store.rootBlock(), "a tree root",
          Page.header(store.root(), store.rootOffset()));
    }
  }

  /** Enters the child at the index of the level above. */
  private void enterChild(Cursor cursor, int level) {
    MemorySegment parent = cursor.page(level + 1);
    long parentBase = cursor.base(level + 1);
    int index = cursor.index(level + 1);
    if (!Page.isPayloadSound(parent, parentBase, index)) {
      throw new CorruptionException(cursor.block(level + 1), "a child pointer",
          Page.slot(parent, parentBase, index));
    }
    long block = Page.child(parent, parentBase, index);
    MemorySegment page = store.read(block);
    if (!Page.isSound(page, NODE_PAGE_OFFSET, NODE_PAGE_BYTES)
        || Page.level(page, NODE_PAGE_OFFSET) != level) {
      throw new CorruptionException(block, "a tree page of level " + level,
          Page.header(page, NODE_PAGE_OFFSET));
    }
    cursor.enter(level, page, NODE_PAGE_OFFSET, block);
  }

  /** Goes down to the leaf responsible for a key; returns 0, or the level of an empty interior node in the way. */
  private int descend(Cursor cursor, long key) {
    enterRoot(cursor);
    int level = cursor.rootLevel;
    while (level > 0 && cursor.count(level) > 0) {
      cursor.index(level, Page.childIndex(cursor.page(level), cursor.base(level), key));
      level--;
      enterChild(cursor, level);
    }
    return level;
  }

  /** Goes to the first entry after the subtree that the cursor is in at a level. */
  private boolean advance(Cursor cursor, int fromLevel) {
    int level = fromLevel;
    for (int passed = 0; passed < EMPTY_NODES_MAX; passed++) {
      do {
        level++;
        if (level > cursor.rootLevel) {
          cursor.leave();
          return false;
        }
      } while (cursor.index(level) + 1 >= cursor.count(level));
      cursor.index(level, cursor.index(level) + 1);
      do {
        level--;
        enterChild(cursor, level);
        cursor.index(level, 0);
      } while (level > 0 && cursor.count(level) > 0);
      if (cursor.count(level) > 0) {
        return land(cursor);
      }
    }
    throw new CorruptionException(store.rootBlock(), "a tree", "an endless run of empty nodes");
  }

  /** Goes to the last entry before the subtree that the cursor is in at a level. */
  private boolean retreat(Cursor cursor, int fromLevel) {
    int level = fromLevel;
    for (int passed = 0; passed < EMPTY_NODES_MAX; passed++) {
      do {
        level++;
        if (level > cursor.rootLevel) {
          cursor.leave();
          return false;
        }
      } while (cursor.index(level) == 0);
      cursor.index(level, cursor.index(level) - 1);
      do {
        level--;
        enterChild(cursor, level);
        cursor.index(level, cursor.count(level) - 1);
      } while (level > 0 && cursor.count(level) > 0);
      if (cursor.count(level) > 0) {
        return land(cursor);
      }
    }
    throw new CorruptionException(store.rootBlock(), "a tree", "an endless run of empty nodes");
  }

  private boolean land(Cursor cursor) {
    MemorySegment page = cursor.page(0);
    long base = cursor.base(0);
    int index = cursor.index(0);
    if (!Page.isPayloadSound(page, base, index)) {
      throw new CorruptionException(cursor.block(0), "a payload", Page.slot(page, base, index));
    }
    cursor.land(this, changes, Page.key(page, base, index), base + Page.payloadOffset(page, base, index),
        Page.payloadLength(page, base, index));
    return true;
  }

  private void requireCurrent(Cursor cursor) {
    Invariant.check(cursor.isCurrent(this, changes), "the cursor is at an entry of the unchanged tree");
  }

  private void requireOrder(Cursor cursor, boolean ordered) {
    if (!ordered) {
      throw new CorruptionException(cursor.block(0), "keys in order",
          "key " + Long.toUnsignedString(cursor.key()));
    }
  }

  private static void requirePayload(int length) {
    Invariant.check(length >= 0 && length <= PAYLOAD_BYTES_MAX, "payload bytes", length);
  }

  /** How many blocks an entry of so many bytes costs at the path's leaf, from which others may just go away. */
  private int nodesNeeded(int entryBytes, int releasedBytes) {
    int needed = 0;
    int bytes = entryBytes;
    int released = releasedBytes;
    for (int level = 0; Page.freeBytes(path.page(level), path.base(level)) + released < bytes; level++) {
      needed++;
      if (level == path.rootLevel) {
        Invariant.check(level < Page.LEVEL_MAX, "tree height", level + 1L);
        int moved = Page.usedBytes(path.page(level), path.base(level)) - released;
        return moved + bytes > NODE_CAPACITY_BYTES ? needed + 1 : needed;
      }
      bytes = POINTER_BYTES;
      released = 0;
    }
    return needed;
  }

  /** Keys below the bound that the parent states would get a wrong separator from a split: refuse before any change. */
  private void requireRange() {
    for (int level = 0; level < path.rootLevel; level++) {
      int above = path.index(level + 1);
      if (above > 0 && path.count(level) > 0
          && Long.compareUnsigned(Page.key(path.page(level), path.base(level), 0),
              Page.key(path.page(level + 1), path.base(level + 1), above)) < 0) {
        throw new CorruptionException(path.block(level), "keys not below the parent's bound",
            Page.slot(path.page(level), path.base(level), 0));
      }
    }
  }

  private void reserve(int needed) {
    Invariant.check(spareCount == 0 && needed <= spares.length, "nodes needed", needed);
    int got = 0;
    try {
      while (got < needed) {
        spares[got] = store.allocate();
        got++;
      }
      spareCount = needed;
    } finally {
      for (int i = 0; got < needed && i < got; i++) {
        store.free(spares[i]);
      }
    }
  }

  private long takeSpare() {
    Invariant.check(spareCount > 0, "a node is reserved");
    return spares[--spareCount];
  }

  private void modify(int level) {
    if (level < path.rootLevel) {
      path.enter(level, store.modify(path.block(level)), NODE_PAGE_OFFSET, path.block(level));
      return;
    }
    if (!rootModified) {
      store.modifyRoot();
      rootModified = true;
    }
    path.enter(level, store.root(), store.rootOffset(), store.rootBlock());
  }

  private MemorySegment makeNode(long block, int level) {
    MemorySegment page = store.modify(block);
    Page.format(page, NODE_PAGE_OFFSET, NODE_PAGE_BYTES, level);
    return page;
  }

  private static MemorySegment pointer(long block) {
    MemorySegment pointer = MemorySegment.ofArray(new long[1]);
    pointer.set(LONG, 0, block);
    return pointer;
  }

  /** Hangs a branch of single nodes down to a leaf under an empty interior node. */
  private void growBranch(int top, long key) {
    for (int level = top; level > 0; level--) {
      modify(level);
      long block = takeSpare();
      MemorySegment page = makeNode(block, level - 1);
      Page.insert(path.page(level), path.base(level), 0, key, pointer(block), 0, Page.CHILD_BYTES);
      path.index(level, 0);
      path.enter(level - 1, page, NODE_PAGE_OFFSET, block);
    }
    path.index(0, 0);
  }

  private void put(int level, int index, long key, MemorySegment source, long offset, int length) {
    modify(level);
    if (level == path.rootLevel && !Page.fits(path.page(level), path.base(level), length)) {
      pushRootDown();
    }
    if (Page.fits(path.page(level), path.base(level), length)) {
      Page.insert(path.page(level), path.base(level), index, key, source, offset, length);
    } else {
      split(level, index, key, source, offset, length);
    }
  }

  /** Moves the root's entries into a new node below it, which takes the root's place on the path. */
  private void pushRootDown() {
    int level = path.rootLevel;
    MemorySegment root = path.page(level);
    long base = path.base(level);
    long block = takeSpare();
    MemorySegment page = makeNode(block, level);
    Page.moveTail(root, base, 0, page, NODE_PAGE_OFFSET);
    long firstKey = Page.count(page, NODE_PAGE_OFFSET) > 0 ? Page.key(page, NODE_PAGE_OFFSET, 0) : 0;
    Page.format(root, base, store.rootLength(), level + 1);
    Page.insert(root, base, 0, firstKey, pointer(block), 0, Page.CHILD_BYTES);
    path.rootLevel = level + 1;
    path.enter(level + 1, root, base, store.rootBlock());
    path.index(level + 1, 0);
    path.enter(level, page, NODE_PAGE_OFFSET, block);
  }

  private void split(int level, int index, long key, MemorySegment source, long offset, int length) {
    MemorySegment left = path.page(level);
    long base = path.base(level);
    long block = takeSpare();
    MemorySegment right = makeNode(block, level);
    int leftCount = index == path.count(level) && isRightmost(level) ? index
        : splitPoint(left, base, index, length);
    boolean goesLeft = index < leftCount;
    int from = goesLeft ? leftCount - 1 : leftCount;
    Page.moveTail(left, base, from, right, NODE_PAGE_OFFSET);
    if (goesLeft) {
      Page.insert(left, base, index, key, source, offset, length);
    } else {
      Page.insert(right, NODE_PAGE_OFFSET, index - from, key, source, offset, length);
    }
    long separator = Page.key(right, NODE_PAGE_OFFSET, 0);
    int up = level + 1;
    modify(up);
    int parentIndex = path.index(up);
    // A first entry serves keys below its own; it must still stay below the new neighbour.
    if (Long.compareUnsigned(Page.key(path.page(up), path.base(up), parentIndex), separator) >= 0) {
      Invariant.check(parentIndex == 0, "only a first entry may exceed keys of its child", parentIndex);
      Page.putKey(path.page(up), path.base(up), 0, Page.key(left, base, 0));
    }
    put(up, parentIndex + 1, separator, pointer(block), 0, Page.CHILD_BYTES);
  }

  private boolean isRightmost(int level) {
    for (int up = level + 1; up <= path.rootLevel; up++) {
      if (path.index(up) != path.count(up) - 1) {
        return false;
      }
    }
    return true;
  }

  /**
   * How many entries, the new one included, stay left so that both sides take about the same bytes. With entries of at
   * most 1112 bytes the fuller side takes at most 3120 of 4016, so both always fit.
   */
  private static int splitPoint(MemorySegment page, long base, int index, int newLength) {
    int total = Page.usedBytes(page, base) + Page.ENTRY_BYTES + newLength;
    int count = Page.count(page, base) + 1;
    int left = 0;
    for (int i = 0; i < count - 1; i++) {
      int bytes = Page.ENTRY_BYTES
          + (i == index ? newLength : Page.payloadLength(page, base, i < index ? i : i - 1));
      // Stop before this entry when that is nearer to the middle, but never leave a side empty.
      if (i > 0 && total - 2 * left <= 2 * (left + bytes) - total) {
        return i;
      }
      left += bytes;
    }
    return count - 1;
  }

  /** Takes the content of a single child back into the root, level by level. */
  private void shrinkRoot() {
    while (path.rootLevel > 0 && path.count(path.rootLevel) <= 1) {
      int level = path.rootLevel;
      if (path.count(level) == 0) {
        modify(level);
        Page.format(path.page(level), path.base(level), store.rootLength(), 0);
        path.rootLevel = 0;
        return;
      }
      path.index(level, 0);
      enterChild(path, level - 1);
      int capacity = store.rootLength() - Page.HEADER_BYTES;
      if (Page.usedBytes(path.page(level - 1), NODE_PAGE_OFFSET) > capacity - capacity / 4) {
        return;
      }
      MemorySegment copy = MemorySegment.ofArray(new byte[NODE_PAGE_BYTES]);
      MemorySegment.copy(path.page(level - 1), NODE_PAGE_OFFSET, copy, 0, NODE_PAGE_BYTES);
      if (!store.free(path.block(level - 1))) {
        return;
      }
      modify(level);
      Page.format(path.page(level), path.base(level), store.rootLength(), level - 1);
      Page.moveTail(copy, 0, 0, path.page(level), path.base(level));
      path.rootLevel = level - 1;
      path.enter(level - 1, path.page(level), path.base(level), store.rootBlock());
    }
  }
}
