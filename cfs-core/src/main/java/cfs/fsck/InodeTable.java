package cfs.fsck;

import cfs.format.ChunkMap;
import cfs.format.Geometry;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the walk knows about inodes it has seen and still has to compare: directories, and files that do not have exactly
 * one link and one name. Others are only a bit.
 */
final class InodeTable {
  /** One inode: what is in it, and what the walk found. */
  static final class Seen {
    final int mode;
    final long linkCount;
    final long parent;
    long names;
    long subdirectories;

    /** Directory that holds the (first) name, and the entry's key; 0 = none yet. */
    long namedIn;

    long namedKey;

    /** Root, orphan directory or unreachable: has no name and must not get one. */
    boolean start;

    /** Unreachable: its parent and, if it is a file, its link count are judged when it has a name. */
    boolean lost;

    Seen(int mode, long linkCount, long parent) {
      this.mode = mode;
      this.linkCount = linkCount;
      this.parent = parent;
    }
  }

  private final UseMap visited;
  private long directories;
  private long others;
  private final Map<Long, Seen> seen = new HashMap<>();

  InodeTable(Geometry geometry) {
    this.visited = new UseMap(geometry);
  }

  /** Remembers that an inode was entered. @return false if it was already */
  boolean enter(long inode) {
    return visited.mark(inode, 1, ChunkMap.METADATA) < 0;
  }

  boolean entered(long inode) {
    return visited.used(inode);
  }

  @Nullable
  Seen get(long inode) {
    return seen.get(inode);
  }

  void put(long inode, Seen entry) {
    seen.put(inode, entry);
  }

  void count(boolean directory) {
    directories += directory ? 1 : 0;
    others += directory ? 0 : 1;
  }

  long directories() {
    return directories;
  }

  long others() {
    return others;
  }

  Map<Long, Seen> all() {
    return seen;
  }
}
