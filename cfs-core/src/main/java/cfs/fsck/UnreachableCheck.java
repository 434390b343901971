package cfs.fsck;

import cfs.format.ChunkMap;
import cfs.format.DirectoryEntry;
import cfs.format.Geometry;
import cfs.fsck.InodeTable.Seen;
import cfs.tree.BTree;
import cfs.tree.Visitor;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Live inodes that nothing led to. They and what hangs from them count as used, so that no repair frees a lost file; with
 * full repair the topmost of them get a name in /lost+found.
 */
final class UnreachableCheck {
  private final CheckedVolume volume;
  private final InodeCheck inodes;
  private final InodeTable table;
  private final NamespaceWalk walk;
  private final NewDirectories directories;

  UnreachableCheck(
      CheckedVolume volume, InodeCheck inodes, InodeTable table, NamespaceWalk walk,
      NewDirectories directories) {
    this.volume = volume;
    this.inodes = inodes;
    this.table = table;
    this.walk = walk;
    this.directories = directories;
  }

  void run(FsckProgress progress) {
    TreeSet<Long> lost = new TreeSet<>();
    long done = 0;
    for (long group : volume.groups().initialised()) {
      progress.at(FsckPhase.UNREACHABLE, done++, volume.groups().initialised().size());
      collect(group, lost);
    }
    if (lost.isEmpty()) {
      return;
    }
    Set<Long> named = new HashSet<>();
    lost.forEach(inode -> collectNames(inode, named));
    lost.stream().filter(inode -> !named.contains(inode)).forEach(this::report);
    // What is left are directories that contain each other: any of them is as good as the next.
    lost.forEach(this::report);
  }

  /** Live inodes in marked blocks that nothing uses. */
  private void collect(long group, Set<Long> lost) {
    Geometry geometry = volume.geometry();
    @Nullable
    MemorySegment[] maps = volume.groups().maps(group);
    for (int chunk = 0; chunk < geometry.chunksOf(group); chunk++) {
      MemorySegment map = maps[chunk / ChunkMap.ENTRIES];
      if (map == null || ChunkMap.type(map, chunk) != ChunkMap.METADATA) {
        continue;
      }
      BitSet unused = GroupRepair.marked(map, chunk);
      unused.andNot(volume.use().chunk(group, chunk));
      for (int i = unused.nextSetBit(0); i >= 0; i = unused.nextSetBit(i + 1)) {
        long block = geometry.chunkStart(group, chunk) + i;
        byte[] image = volume.readRaw(block);
        if (image != null && inodes.complaint(image, block) == null && InodeCheck.linkCount(image) > 0) {
          lost.add(block);
        }
      }
    }
  }

  private void collectNames(long inode, Set<Long> named) {
    byte[] image = volume.readRaw(inode);
    if (image == null || inodes.complaint(image, inode) != null
        || !InodeCheck.isDirectory(InodeCheck.mode(image))) {
      return;
    }
    BTree.verify(OfflineTree.payload(volume, inode, image, null), new Visitor() {
      @Override
      public boolean node(long block, int level) {
        return true;
      }

      @Override
      public void entry(long key, MemorySegment segment, long at, int length) {
        if (length > DirectoryEntry.FIXED_BYTES) {
          named.add(DirectoryEntry.read(segment, at, length).inode());
        }
      }
    });
  }

  private void report(long inode) {
    byte[] image = volume.readRaw(inode);
    if (volume.use().used(inode) || image == null || inodes.complaint(image, inode) != null) {
      return;
    }
    walk.start(inode, image);
    Seen seen = table.get(inode);
    if (seen != null) {
      seen.lost = true;
    }
    int mode = InodeCheck.mode(image);
    volume.findings().add(FindingCode.INODE_UNREACHABLE, inode, "a name for the inode", "none",
        () -> directories.attach(inode, mode));
  }
}
