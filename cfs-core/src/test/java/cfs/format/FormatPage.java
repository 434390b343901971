package cfs.format;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SequenceLayout;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes docs/FORMAT.md from the layouts, so that the page cannot say anything else than the code does. */
final class FormatPage {
  static final String COMMAND = "mvn -o -q -pl cfs-core -am test -Dtest=FormatPageTest -Dcfs.regenerate=true";

  /** @param firstByte where the record starts in its block, or -1 when that depends */
  record Section(String title, StructLayout layout, long firstByte, String text,
      Map<String, String> meanings) {}

  private FormatPage() {}

  static List<Section> sections() {
    List<Section> all = new ArrayList<>();
    int body = BlockHeader.BYTES;
    all.add(new Section("Block header", BlockHeader.LAYOUT, 0,
        """
        Starts every metadata block. A block whose magic, checksum, block number or volume is wrong is damaged, torn,
        misdirected or foreign. The checksum is CRC-32C of the whole block with the checksum's own bytes zero.""",
        Map.of(
            "magic", "\"CFSm\", " + hex(BlockHeader.MAGIC),
            "type", types(),
            "formatVersion", "of the record behind the header: " + BlockHeader.FORMAT_VERSION,
            "crc32c", "of the block",
            "reserved", "0",
            "block", "own number",
            "volume", "uuid of the volume",
            "owner", "id of the cluster lock that protects the block: inode number, group number or slot",
            "version", "only grows, also while the block is free and when it is used again",
            "birthEpoch", "epoch (number of snapshots) in which the block was allocated")));
    all.add(new Section("Superblock", Superblock.LAYOUT, body,
        """
        At block 0, and a copy at the first block of group 1. Nothing else must be known to read the volume.""",
        Map.of(
            "cluster", "uuid of the cluster the volume belongs to",
            "name", "UTF-8, padded with zeroes",
            "blockBytes", "" + BlockHeader.BLOCK,
            "groupChunks",
            "chunks of a group, " + Geometry.MIN_GROUP_CHUNKS + " to " + Geometry.MAX_GROUP_CHUNKS,
            "totalBlocks", "of the volume, at least " + Geometry.MIN_BLOCKS,
            "rootInode", "inode number of the root directory",
            "epoch", "current epoch, " + Formatter.FIRST_EPOCH + " at format",
            "hashSeed", "seed of directory positions",
            "createdNanos", "nanoseconds since 1970 UTC",
            "incompatible", "a set bit that the software does not know refuses the mount")));
    all.add(new Section("Slot record", SlotRecord.LAYOUT, body, """
        The slot table starts at block %d: %d slots, each record in %d neighbouring blocks, of which the valid one with the
        larger version counts. Two blocks of zeroes: the slot was never used."""
        .formatted(Geometry.SLOT_TABLE, Geometry.SLOTS, Geometry.SLOT_COPIES),
        Map.of(
            "slot", "number of the slot = id of the host",
            "journalBlocks", "blocks of the journal, whole chunks",
            "journalBlock", "first block of the journal",
            "orphanDirectory",
            "inode number of the directory of deleted inodes that are still open; 0 = none")));
    all.add(new Section("Journal header", JournalHeader.LAYOUT, body, """
        The first two blocks of a journal hold it alternately; the valid one with the larger version counts. The blocks behind
        them are the ring.""",
        Map.of(
            "slot", "whose journal it is",
            "reserved", "0",
            "tailSequence", "sequence of the oldest transaction that may be needed",
            "tailPosition",
            "its position; a position's place in the ring is its remainder by the ring's size")));
    all.add(new Section("Journal descriptor", JournalDescriptor.LAYOUT, body, """
        A transaction is descriptor blocks with up to %d entries each, as many whole images of blocks, and a commit block.
        In the headers of descriptor and commit, owner is the slot and version the sequence."""
        .formatted(JournalDescriptor.ENTRIES),
        Map.of(
            "sequence", "of the transaction; grows by one",
            "images", "logged blocks of the whole transaction",
            "reserved", "0")));
    all.add(new Section("Journal entry", JournalDescriptor.ENTRY, -1, "Behind the descriptor, one per image.",
        Map.of(
            "block", "where the image belongs",
            "owner", "owner in the image's header",
            "version", "version in the image's header",
            "type", "type in the image's header",
            "reserved", "0")));
    all.add(new Section("Journal commit", JournalDescriptor.COMMIT, body, "Ends a transaction.",
        Map.of(
            "sequence", "of the transaction",
            "images", "logged blocks of the whole transaction",
            "crc32c", "of all earlier blocks of the transaction")));
    all.add(new Section("Group header", GroupHeader.LAYOUT, body, """
        The second block of each allocation group. All zero: the group was never used, its chunks are free but for its own
        tables, and in group 0 the slot table.""",
        Map.of(
            "versionFloor", "largest version of any block freed here; a block is allocated with a larger one",
            "freeBlocks", "sum over all chunks",
            "chunkCount", "chunks of this group",
            "freeChunks", "chunks of type FREE")));
    all.add(new Section("Chunk map entry", ChunkMap.ENTRY, body, """
        The blocks behind a group's header hold %d entries each, one per chunk of %d blocks."""
        .formatted(ChunkMap.ENTRIES, Geometry.CHUNK_BLOCKS),
        Map.of(
            "type", "0 free, 1 metadata, 2 data, 3 journal; a metadata chunk stays one",
            "freeBlocks", "clear bits in used",
            "reserved", "0",
            "used", "one bit per block, least significant first; set = used")));
    all.add(new Section("Inode", InodeRecord.LAYOUT, body,
        """
        One block; the inode's number is the block's. The last 16 bytes of the block are unused.""",
        Map.ofEntries(
            Map.entry("generation", "tells the inode from earlier ones with its number"),
            Map.entry("mode", "type and permissions as in inode(7); 0 = freed"),
            Map.entry("linkCount",
                "names; of a directory 2 + its subdirectories; 0 = waits in an orphan directory"),
            Map.entry("uid", "owner"),
            Map.entry("gid", "group"),
            Map.entry("rdev", "device number of a device node"),
            Map.entry("flags", "1 truncating, 2 dying"),
            Map.entry("size", "bytes; of a directory its entries"),
            Map.entry("blocks", "data blocks and tree nodes"),
            Map.entry("accessNanos", "atime, nanoseconds since 1970 UTC"),
            Map.entry("modifyNanos", "mtime"),
            Map.entry("changeNanos", "ctime"),
            Map.entry("birthNanos", "creation"),
            Map.entry("parent", "of a directory; the root's is itself"),
            Map.entry("fileset", "0 so far"),
            Map.entry("payloadKind", "0 none, 1 inline content, 2 extent tree, 3 directory tree"),
            Map.entry("xattrPresent", "0 so far"),
            Map.entry("shadow", "0 so far"),
            Map.entry("shadowEpoch", "0 so far"),
            Map.entry("reserved", "0"),
            Map.entry("payload", "content and zeroes, or the root page of a tree"),
            Map.entry("xattrs", "root page of the tree of extended attributes"))));
    all.add(new Section("Extent", ExtentRecord.LAYOUT, -1, """
        Payload of an extent tree; the key is the first file block. An extent lies in one group.""",
        Map.of(
            "volumeBlock", "first block",
            "count", "blocks",
            "flags", "1 unwritten: reads as zeroes",
            "birthEpoch", "epoch in which the blocks were allocated")));
    all.add(new Section("Directory entry", DirectoryEntry.LAYOUT, -1, """
        Payload of a directory tree, followed by the name of 1 to %d bytes. The key is the name's position: 55 bits of its
        seeded hash, then 8 bits that tell equal hashes apart. "." and ".." are not stored.""".formatted(
        DirectoryEntry.NAME_MAX),
        Map.of(
            "inode", "inode number",
            "type", "DT_* of dirent.h",
            "reserved", "0")));
    return all;
  }

  static String render() {
    StringBuilder page = new StringBuilder("""
        # On-disk format

        Generated from package `cfs.format`; `%s` writes it anew.

        All numbers are little-endian. A block has %d bytes and is addressed by its number on the volume, 64 bits. Offsets are
        given within the block, or within the record (marked +) where its place varies. A record that changes gets a new
        version, never a new meaning.

        The volume is cut into allocation groups, a group into chunks of %d blocks. A group starts with a block for a
        superblock, its header and its chunk maps. Metadata and data never share a chunk. The slot table is in the chunks %d
        to %d of group 0; the root inode is the first block behind the tables of group 0.
        """.formatted(COMMAND, BlockHeader.BLOCK, Geometry.CHUNK_BLOCKS, 1, Geometry.SLOT_CHUNKS));
    for (Section s : sections()) {
      page.append("\n## ").append(s.title()).append(" (").append(s.layout().byteSize()).append(" bytes)\n\n")
          .append(s.text().strip()).append("\n\n| offset | bytes | field | meaning |\n|---:|---:|---|---|\n");
      for (MemoryLayout field : s.layout().memberLayouts()) {
        String name = field.name().orElseThrow();
        long offset = Fields.offset(s.layout(), name);
        page.append("| ").append(s.firstByte() < 0 ? "+" + offset : "" + (s.firstByte() + offset))
            .append(" | ").append(field.byteSize())
            .append(" | ").append(name).append(kind(field))
            .append(" | ").append(s.meanings().getOrDefault(name, "?")).append(" |\n");
      }
    }
    return page.append("""

        ## Tree nodes and extended attributes

        Extents, directory entries and extended attributes are kept in B+trees. The root page lies in the inode, every other
        page in a block of type TREE_NODE from byte 64 on. The page format is specified in
        `cfs-core/src/main/java/cfs/tree/package-info.java`.

        An extended attribute is kept in chunks of up to 1000 bytes. Key: 39 bits of the name's hash (from bit 24), 8 bits
        that tell equal hashes apart (from bit 16), 16 bits chunk number. Chunk 0 starts with the name's length (1 byte), the
        value's length (4 bytes) and the name; then the value follows, continued in the other chunks.
        """).toString();
  }

  private static String kind(MemoryLayout field) {
    return switch (field) {
      case ValueLayout v -> "";
      case SequenceLayout s -> " (bytes)";
      default -> " (uuid, high half first)";
    };
  }

  private static String hex(int value) {
    return "0x" + Integer.toHexString(value);
  }

  private static String types() {
    List<String> names = new ArrayList<>();
    for (BlockType type : BlockType.values()) {
      names.add(type.code() + " " + type.name().toLowerCase(Locale.ROOT).replace('_', ' '));
    }
    return String.join(", ", names);
  }
}
