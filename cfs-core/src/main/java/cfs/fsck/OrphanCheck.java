package cfs.fsck;

import static cfs.format.Fields.getLong;

import cfs.format.BlockType;
import cfs.format.ChunkMap;
import cfs.format.DirectoryEntry;
import cfs.format.Geometry;
import cfs.format.InodeRecord;
import cfs.format.SlotRecord;
import cfs.tree.Visitor;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The orphan directory of a slot: each entry is named by the inode number in 16 hexadecimal digits and leads to an inode
 * without links, to be freed by the next mount of the slot or by a repair.
 */
final class OrphanCheck {
  private final CheckedVolume volume;
  private final InodeCheck inodes;
  private final InodeTable table;
  private final TreeRepair repair;
  private final NewDirectories directories;

  OrphanCheck(
      CheckedVolume volume, InodeCheck inodes, InodeTable table, TreeRepair repair,
      NewDirectories directories) {
    this.directories = directories;
    this.volume = volume;
    this.inodes = inodes;
    this.table = table;
    this.repair = repair;
  }

  /** After the walk from the root. */
  void run(SlotRecord slot) {
    long directory = slot.orphanDirectory();
    byte[] image = volume.inOneGroup(directory, 1) ? volume.readRaw(directory) : null;
    String complaint = inodes.complaint(image, directory);
    if (complaint == null && image != null && !InodeCheck.isDirectory(InodeCheck.mode(image))) {
      complaint = "an inode of another type";
    }
    if (complaint == null && volume.use().used(directory)) {
      complaint = "an inode with another use";
    }
    if (image == null || complaint != null) {
      volume.useIsIncomplete();
      volume.findings().add(FindingCode.INODE_DAMAGED, directory,
          "the orphan directory of slot " + slot.slot(),
          String.valueOf(complaint), () -> replace(slot));
      return;
    }
    volume.use().mark(directory, 1, ChunkMap.METADATA);
    table.count(true);
    table.enter(directory);
    long parent = getLong(MemorySegment.ofArray(image), InodeRecord.PARENT);
    InodeTable.Seen seen = new InodeTable.Seen(InodeCheck.mode(image), InodeCheck.linkCount(image), parent);
    seen.start = true;
    table.put(directory, seen);
    inodes.contents(directory, image,
        new EntryCheck(volume, directory, repair, (key, entry) -> orphan(directory, key, entry)));
  }

  /** Repair: an empty directory takes the place; what the old one held is found as unreachable or leaked. */
  private void replace(SlotRecord slot) {
    long fresh = directories.makeOrphanDirectory();
    for (int copy = 0; copy < Geometry.SLOT_COPIES; copy++) {
      volume.modify(Geometry.slotBlock(slot.slot(), copy), BlockType.SLOT, slot.slot(),
          image -> new SlotRecord(slot.slot(), slot.journalBlock(), slot.journalBlocks(), fresh)
              .write(image));
      volume.store().device().flush();
    }
  }

  private void orphan(long directory, long key, DirectoryEntry entry) {
    long inode = entry.inode();
    byte[] image = volume.inOneGroup(inode, 1) ? volume.readRaw(inode) : null;
    String complaint = orphanComplaint(image, inode, entry);
    if (image == null || complaint != null) {
      volume.findings().add(FindingCode.ENTRY_DANGLING, directory, "a deleted inode at block " + inode,
          String.valueOf(complaint), () -> repair.delete(directory, true, key));
      return;
    }
    volume.use().mark(inode, 1, ChunkMap.METADATA);
    table.count(false);
    table.enter(inode);
    if (InodeCheck.mode(image) != 0) {
      if (InodeCheck.isDying(image)) {
        inodes.dyingNodes(inode, image);
      } else {
        inodes.contents(inode, image, Visitor.NONE);
      }
    }
    volume.findings().add(FindingCode.ORPHAN_WAITING, inode, "no deleted inodes after an unmount",
        "one in the orphan directory " + directory, () -> {
          repair.delete(directory, true, key);
          repair.free(inode);
        });
  }

  /** An orphan may be emptied and marked as freed already: only its block and its entry are left then. */
  private @Nullable String orphanComplaint(byte @Nullable [] image, long inode, DirectoryEntry entry) {
    String complaint = inodes.complaint(image, inode);
    boolean freed = image != null && volume.complaint(image, inode, BlockType.INODE, inode) == null
        && InodeCheck.mode(image) == 0;
    if (complaint != null && !freed) {
      volume.useIsIncomplete();
      return complaint;
    }
    if (!name(inode).equals(new String(entry.name(), StandardCharsets.ISO_8859_1))) {
      return "another name than the inode's number";
    }
    if (image != null && InodeCheck.linkCount(image) != 0) {
      return "an inode with " + InodeCheck.linkCount(image) + " links";
    }
    return volume.use().used(inode) ? "an inode that has a name or is in use otherwise" : null;
  }

  static String name(long inode) {
    return HexFormat.of().toHexDigits(inode);
  }
}
