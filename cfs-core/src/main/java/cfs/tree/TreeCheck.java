package cfs.tree;

import cfs.error.FencedException;
import cfs.error.FsException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * One walk over a tree that may be damaged in any way. Levels fall with every step down and each block is visited
 * once, so the walk ends; a page with a complaint is not followed.
 */
final class TreeCheck {
  private static final int NODES_MAX = 1 << 26;
  private static final int COMPLAINTS_MAX = 1000;

  private final NodeStore store;
  private final Visitor visitor;
  private final BlockSet visited = new BlockSet(NODES_MAX);
  private final List<String> complaints = new ArrayList<>();

  TreeCheck(NodeStore store, Visitor visitor) {
    this.store = store;
    this.visitor = visitor;
  }

  List<String> run() {
    visited.add(store.rootBlock());
    String complaint = Page.verify(store.root(), store.rootOffset(), store.rootLength());
    if (complaint != null) {
      complain(store.rootBlock(), complaint);
    } else {
      entries(store.rootBlock(), store.root(), store.rootOffset(), 0, -1);
    }
    return complaints;
  }

  /** @param low smallest, @param high greatest key that may occur below */
  private void entries(long block, MemorySegment page, long base, long low, long high) {
    int count = Page.count(page, base);
    int level = Page.level(page, base);
    if (count > 0 && (Long.compareUnsigned(Page.key(page, base, 0), low) < 0
        || Long.compareUnsigned(Page.key(page, base, count - 1), high) > 0)) {
      complain(block, "keys outside of the range " + range(low, high) + " given by the parent");
    }
    for (int i = 0; i < count; i++) {
      if (level == 0) {
        visitor.entry(Page.key(page, base, i), page, base + Page.payloadOffset(page, base, i),
            Page.payloadLength(page, base, i));
      } else {
        long childLow = i == 0 ? low : Page.key(page, base, i);
        long childHigh = i + 1 == count ? high : Page.key(page, base, i + 1) - 1;
        node(block, Page.child(page, base, i), level - 1, childLow, childHigh);
      }
    }
  }

  private void node(long parent, long block, int level, long low, long high) {
    if (visited.isFull()) {
      complain(parent, "more than " + NODES_MAX + " nodes, the rest is not checked");
      return;
    }
    if (!visited.add(block)) {
      complain(parent, "child " + Long.toUnsignedString(block) + " occurs twice in the tree or is no node");
      return;
    }
    if (!visitor.node(block, level)) {
      return;
    }
    MemorySegment page;
    try {
      page = store.read(block);
    } catch (FencedException e) {
      throw e;
    } catch (FsException e) {
      complain(block, "unreadable: " + e.getMessage());
      return;
    }
    String complaint = Page.verify(page, BTree.NODE_PAGE_OFFSET, BTree.NODE_PAGE_BYTES);
    if (complaint != null) {
      complain(block, complaint);
    } else if (Page.level(page, BTree.NODE_PAGE_OFFSET) != level) {
      complain(block,
          "level " + Page.level(page, BTree.NODE_PAGE_OFFSET) + " where the parent wants " + level);
    } else {
      entries(block, page, BTree.NODE_PAGE_OFFSET, low, high);
    }
  }

  private static String range(long low, long high) {
    return Long.toUnsignedString(low) + ".." + Long.toUnsignedString(high);
  }

  private void complain(long block, String what) {
    if (complaints.size() < COMPLAINTS_MAX) {
      complaints.add("block " + Long.toUnsignedString(block) + ": " + what);
    }
  }
}
