package cfs.fsck;

import static cfs.format.Fields.putInt;
import static cfs.format.Fields.putLong;

import cfs.format.BlockType;
import cfs.format.InodeRecord;
import cfs.fsck.InodeTable.Seen;

/** Link counts and parents, once all names are known. */
final class LinkCheck {
  private final CheckedVolume volume;
  private final InodeTable table;

  LinkCheck(CheckedVolume volume, InodeTable table) {
    this.volume = volume;
    this.table = table;
  }

  void run() {
    table.all().forEach((inode, seen) -> {
      if (InodeCheck.isDirectory(seen.mode)) {
        links(inode, seen, 2 + seen.subdirectories);
        parent(inode, seen);
      } else if (!seen.lost) {
        links(inode, seen, seen.names);
      }
    });
  }

  private void links(long inode, Seen seen, long expected) {
    if (seen.linkCount != expected) {
      // A name in a directory that could not be read may be missing in the count.
      boolean certain = expected > seen.linkCount || !volume.isUseIncomplete();
      volume.findings().add(FindingCode.LINK_COUNT_WRONG, inode, expected + " links",
          String.valueOf(seen.linkCount),
          certain ? () -> setLinks(inode, (int) expected) : null);
    }
  }

  private void setLinks(long inode, int links) {
    volume.modify(inode, BlockType.INODE, inode, image -> putInt(image, InodeRecord.LINK_COUNT, links));
  }

  /** A directory that the walk started from is its own parent, unless it is lost and will be named by a repair. */
  private void parent(long inode, Seen seen) {
    long expected = seen.namedIn != 0 ? seen.namedIn : inode;
    if (seen.parent != expected && !seen.lost) {
      volume.findings().add(FindingCode.PARENT_WRONG, inode, "parent " + expected,
          String.valueOf(seen.parent),
          () -> volume.modify(inode, BlockType.INODE, inode,
              image -> putLong(image, InodeRecord.PARENT, expected)));
    }
  }
}
