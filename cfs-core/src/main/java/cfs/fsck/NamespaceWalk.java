package cfs.fsck;

import static cfs.format.Fields.getLong;

import cfs.format.BlockHeader;
import cfs.format.BlockType;
import cfs.format.ChunkMap;
import cfs.format.DirectoryEntry;
import cfs.format.InodeRecord;
import cfs.fsck.InodeTable.Seen;
import cfs.tree.Visitor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Visits every inode that has a name, each once, breadth first. A directory met a second time is reported and not entered, so
 * that the walk ends whatever the names say.
 */
final class NamespaceWalk {
  private static final int PROGRESS_EVERY = 1024;

  private final CheckedVolume volume;
  private final InodeCheck inodes;
  private final InodeTable table;
  private final TreeRepair repair;
  private final FsckProgress progress;
  private final Set<Long> damaged = new HashSet<>();
  private final ArrayDeque<Long> queue = new ArrayDeque<>();

  NamespaceWalk(
      CheckedVolume volume, InodeCheck inodes, InodeTable table, TreeRepair repair, FsckProgress progress) {
    this.volume = volume;
    this.inodes = inodes;
    this.table = table;
    this.repair = repair;
    this.progress = progress;
  }

  /** Walks a directory or file without a name, already known to be a live inode, and all below it. */
  void start(long inode, byte[] image) {
    Seen seen = visit(inode, image);
    seen.start = true;
    table.put(inode, seen);
    run();
  }

  private void run() {
    while (!queue.isEmpty()) {
      long directory = queue.remove();
      if (table.directories() % PROGRESS_EVERY == 0) {
        progress.at(FsckPhase.NAMESPACE, table.directories(), 0);
      }
      byte[] image = volume.readRaw(directory);
      if (image != null && inodes.complaint(image, directory) == null) {
        Seen seen = table.get(directory);
        inodes.contents(directory, image, new EntryCheck(volume, directory, repair,
            (key, entry) -> target(directory, seen, key, entry)));
      }
    }
  }

  /** First sight of a live inode. */
  private Seen visit(long inode, byte[] image) {
    int mode = InodeCheck.mode(image);
    boolean directory = InodeCheck.isDirectory(mode);
    table.count(directory);
    table.enter(inode);
    if (volume.use().mark(inode, 1, ChunkMap.METADATA) >= 0) {
      volume.shared(inode, "an inode alone in its block");
    }
    Seen seen = new Seen(mode, InodeCheck.linkCount(image),
        getLong(MemorySegment.ofArray(image), InodeRecord.PARENT));
    if (directory) {
      table.put(inode, seen);
      queue.add(inode);
    } else {
      if (seen.linkCount != 1) {
        table.put(inode, seen);
      }
      inodes.contents(inode, image, Visitor.NONE);
    }
    return seen;
  }

  private void target(long directory, @Nullable Seen parent, long key, DirectoryEntry entry) {
    long inode = entry.inode();
    if (!volume.inOneGroup(inode, 1)) {
      dangling(directory, key, entry, "a block outside of the groups");
      return;
    }
    Seen known = table.get(inode);
    if (known != null && InodeCheck.isDirectory(known.mode) && (known.start || known.names > 0)) {
      linkedTwice(directory, parent, key, entry, known);
      return;
    }
    Seen seen = known != null ? known : firstOrSecond(directory, key, entry);
    if (seen == null) {
      return;
    }
    seen.names++;
    if (seen.namedIn == 0) {
      seen.namedIn = directory;
      seen.namedKey = key;
    }
    if (InodeCheck.isDirectory(seen.mode) && parent != null) {
      parent.subdirectories++;
    }
    int type = InodeCheck.entryType(seen.mode);
    if (entry.type() != type) {
      volume.findings().add(FindingCode.ENTRY_TYPE_WRONG, directory,
          "type " + type + " of inode " + inode, "type " + entry.type(),
          () -> repair.retype(directory, key, type));
    }
  }

  /** What is known of an inode that is not in the table: not seen yet, or a file with one link that was seen once. */
  private @Nullable Seen firstOrSecond(long directory, long key, DirectoryEntry entry) {
    long inode = entry.inode();
    byte[] image = volume.readRaw(inode);
    String complaint = inodes.complaint(image, inode);
    if (image == null || complaint != null) {
      bad(directory, key, entry, image, String.valueOf(complaint));
      return null;
    }
    if (!table.entered(inode)) {
      return visit(inode, image);
    }
    Seen second = new Seen(InodeCheck.mode(image), InodeCheck.linkCount(image), 0);
    second.names = 1;
    second.namedIn = directory;
    table.put(inode, second);
    return second;
  }

  /** A damaged metadata block that is in use by the maps was an inode; anything else never was one. */
  private void bad(long directory, long key, DirectoryEntry entry, byte @Nullable [] image,
      String complaint) {
    long inode = entry.inode();
    boolean known = damaged.contains(inode);
    boolean wasInode;
    if (image != null && BlockHeader.complaint(image, inode, volume.uuid()) == null) {
      wasInode = volume.complaint(image, inode, BlockType.INODE, inode) == null
          && InodeCheck.mode(image) != 0;
    } else {
      wasInode = volume.groups().type(inode) == ChunkMap.METADATA && volume.groups().isMarked(inode);
    }
    if (known || wasInode && !volume.use().used(inode)) {
      damaged.add(inode);
      volume.useIsIncomplete();
      volume.use().mark(inode, 1, ChunkMap.METADATA);
      volume.findings().add(FindingCode.INODE_DAMAGED, inode,
          "the inode that directory " + directory + " names",
          complaint, () -> repair.delete(directory, true, key));
    } else {
      dangling(directory, key, entry, complaint);
    }
  }

  private void dangling(long directory, long key, DirectoryEntry entry, String found) {
    volume.findings().add(FindingCode.ENTRY_DANGLING, directory,
        "an inode at block " + Long.toUnsignedString(entry.inode()) + " for the entry at position " + key,
        found,
        () -> repair.delete(directory, true, key));
  }

  /** Of two names the one in the directory's own parent stays. */
  private void linkedTwice(
      long directory, @Nullable Seen parent, long key, DirectoryEntry entry, Seen known) {
    boolean thisIsRight = known.parent == directory && known.namedIn != directory && known.names > 0
        && !known.start;
    long wrongDirectory = thisIsRight ? known.namedIn : directory;
    long wrongKey = thisIsRight ? known.namedKey : key;
    volume.findings().add(FindingCode.DIRECTORY_LINKED_TWICE, entry.inode(),
        "one name of the directory, in " + known.parent, "a name in directory " + wrongDirectory,
        () -> repair.delete(wrongDirectory, true, wrongKey));
    Seen before = table.get(known.namedIn);
    if (thisIsRight && parent != null && before != null) {
      before.subdirectories--;
      parent.subdirectories++;
      known.namedIn = directory;
      known.namedKey = key;
    }
  }
}
