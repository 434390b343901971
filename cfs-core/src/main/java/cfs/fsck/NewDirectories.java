package cfs.fsck;

import static cfs.format.Fields.getLong;
import static cfs.format.Fields.putInt;
import static cfs.format.Fields.putLong;
import static cfs.format.Fields.putShort;

import cfs.format.BlockHeader;
import cfs.format.BlockType;
import cfs.format.DirectoryEntry;
import cfs.format.GroupHeader;
import cfs.format.InodeRecord;
import cfs.fs.Attributes;
import cfs.tree.BTree;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** Makes directories where repairs need one: /lost+found for inodes without a name, a root, an orphan directory. */
final class NewDirectories {
  private static final byte[] NAME = "lost+found".getBytes(StandardCharsets.US_ASCII);
  private static final int PRIVATE = 0700;

  private final CheckedVolume volume;
  private final InodeCheck inodes;
  private final TreeRepair repair;
  private final SpareBlocks spare;
  private final long nowNanos;

  NewDirectories(CheckedVolume volume, InodeCheck inodes, TreeRepair repair, SpareBlocks spare,
      long nowNanos) {
    this.volume = volume;
    this.inodes = inodes;
    this.repair = repair;
    this.spare = spare;
    this.nowNanos = nowNanos;
  }

  /** Gives an inode the name of its number; counts and parent follow in the next pass. */
  void attach(long inode, int mode) {
    long directory = directory();
    if (directory > 0 && directory != inode) {
      byte[] name = ("#" + inode).getBytes(StandardCharsets.US_ASCII);
      repair.add(directory, new DirectoryEntry(inode, InodeCheck.entryType(mode), name));
    }
  }

  /** The directory, made if there is none; -1 if that is impossible. */
  private long directory() {
    long root = volume.superblock().rootInode();
    long known = repair.lookup(root, NAME);
    if (known > 0) {
      byte[] image = volume.inOneGroup(known, 1) ? volume.readRaw(known) : null;
      boolean usable = image != null && inodes.complaint(image, known) == null
          && InodeCheck.isDirectory(InodeCheck.mode(image));
      return usable ? known : -1;
    }
    long inode = make(root);
    int type = InodeCheck.entryType(Attributes.DIRECTORY);
    return repair.add(root, new DirectoryEntry(inode, type, NAME)) ? inode : -1;
  }

  /** Repair: a directory without a name. @return its inode number */
  long makeOrphanDirectory() {
    return make(0);
  }

  /** @param parent 0 = itself */
  private long make(long parent) {
    byte[] fresh = spare.take(BlockType.INODE, 0);
    MemorySegment image = MemorySegment.ofArray(fresh);
    long inode = BlockHeader.block(image);
    fill(image, parent == 0 ? inode : parent, PRIVATE);
    volume.write(fresh);
    return inode;
  }

  /** Repair: an empty root directory in place of one that cannot be read. */
  void makeRoot() {
    long root = volume.superblock().rootInode();
    byte[] fresh = new byte[BlockHeader.BLOCK];
    MemorySegment image = MemorySegment.ofArray(fresh);
    MemorySegment header = volume.groups().header(0);
    long floor = header == null ? 0 : getLong(header, GroupHeader.VERSION_FLOOR);
    BlockHeader.init(image, BlockType.INODE, root, volume.uuid(), root,
        Math.max(floor, volume.versionAt(root)),
        volume.superblock().epoch());
    fill(image, root, PRIVATE);
    volume.write(fresh);
  }

  private void fill(MemorySegment image, long parent, int permissions) {
    // The block's version is unused before, so it tells this inode from any earlier one with its number.
    putLong(image, InodeRecord.GENERATION, BlockHeader.version(image) + 1);
    putInt(image, InodeRecord.MODE, Attributes.DIRECTORY | permissions);
    putInt(image, InodeRecord.LINK_COUNT, 2);
    putLong(image, InodeRecord.ACCESS, nowNanos);
    putLong(image, InodeRecord.MODIFY, nowNanos);
    putLong(image, InodeRecord.CHANGE, nowNanos);
    putLong(image, InodeRecord.BIRTH, nowNanos);
    putLong(image, InodeRecord.PARENT, parent);
    putShort(image, InodeRecord.PAYLOAD_KIND, InodeRecord.DIRECTORY);
    BTree.format(image, InodeRecord.PAYLOAD, InodeRecord.PAYLOAD_BYTES);
    BTree.format(image, InodeRecord.XATTRS, InodeRecord.XATTR_BYTES);
  }
}
