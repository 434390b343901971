package cfs.fsck;

import static cfs.format.Fields.getInt;
import static cfs.format.Fields.getLong;
import static cfs.format.Fields.putInt;
import static cfs.format.Fields.putLong;
import static cfs.format.Fields.putShort;

import cfs.format.BlockHeader;
import cfs.format.BlockType;
import cfs.format.ChunkMap;
import cfs.format.DirectoryEntry;
import cfs.format.ExtentRecord;
import cfs.format.FormatOptions;
import cfs.format.Formatter;
import cfs.format.Geometry;
import cfs.format.GroupHeader;
import cfs.format.GroupTables;
import cfs.format.InodeRecord;
import cfs.format.JournalHeader;
import cfs.format.SlotRecord;
import cfs.format.Superblock;
import cfs.fs.Attributes;
import cfs.inode.Xattrs;
import cfs.journal.BlockStore;
import cfs.journal.SlotTable;
import cfs.port.MemoryDevice;
import cfs.tree.BTree;
import cfs.tree.NodeStore;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/** Builds and damages volumes by writing blocks, without the file system: what fsck must agree or disagree with. */
final class ImageBuilder {
  static final long MIB = 1 << 20;
  static final FormatOptions OPTIONS = new FormatOptions(new UUID(11, 12), new UUID(13, 14), "test", 0x5eed,
      1_000);

  final MemoryDevice device;
  final Superblock superblock;
  final Geometry geometry;
  final BlockStore store;
  final long root;

  ImageBuilder() {
    this(128 * MIB);
  }

  ImageBuilder(long sizeBytes) {
    device = new MemoryDevice(sizeBytes);
    superblock = Formatter.format(device, OPTIONS);
    geometry = superblock.geometry();
    store = new BlockStore(device, superblock.volume(), geometry);
    root = superblock.rootInode();
  }

  /** Changes a block and makes it valid again. */
  void edit(long block, Consumer<MemorySegment> change) {
    byte[] bytes = store.readRaw(block);
    change.accept(MemorySegment.ofArray(bytes));
    BlockHeader.seal(bytes);
    store.write(block, bytes);
  }

  MemorySegment image(long block) {
    return MemorySegment.ofArray(store.readRaw(block));
  }

  void initGroup(long group) {
    if (getLong(image(geometry.headerBlock(group)), 0) != 0) {
      return;
    }
    byte[] header = GroupTables.header(geometry, superblock.volume(), group, 1, 1);
    BlockHeader.seal(header);
    for (int i = 0; i < geometry.mapBlocks(); i++) {
      byte[] map = GroupTables.map(geometry, superblock.volume(), group, i, 1, 1);
      BlockHeader.seal(map);
      store.write(geometry.headerBlock(group) + 1 + i, map);
    }
    store.write(geometry.headerBlock(group), header);
  }

  /** Sets or clears bits, keeping all counts right. */
  void mark(long block, int count, int type, boolean used) {
    long group = geometry.groupOf(block);
    initGroup(group);
    for (long b = block; b < block + count; b++) {
      int chunk = geometry.chunkOf(b);
      int index = (int) (b % Geometry.CHUNK_BLOCKS);
      boolean wasFree = ChunkMap.type(image(geometry.mapBlock(group, chunk)), chunk) == ChunkMap.FREE;
      edit(geometry.mapBlock(group, chunk), map -> {
        ChunkMap.type(map, chunk, type);
        ChunkMap.used(map, chunk, index, used);
        ChunkMap.freeBlocks(map, chunk, ChunkMap.freeBlocks(map, chunk) + (used ? -1 : 1));
      });
      edit(geometry.headerBlock(group), header -> {
        putLong(header, GroupHeader.FREE_BLOCKS, getLong(header, GroupHeader.FREE_BLOCKS) + (used ? -1 : 1));
        int delta = (type == ChunkMap.FREE ? 1 : 0) - (wasFree ? 1 : 0);
        putInt(header, GroupHeader.FREE_CHUNKS, getInt(header, GroupHeader.FREE_CHUNKS) + delta);
      });
    }
  }

  /** First run of free blocks in chunks of the type or free ones, in any group from {@code group} on. */
  long allocate(long group, int count, int type) {
    initGroup(group);
    for (int chunk = 0; chunk < geometry.chunksOf(group); chunk++) {
      MemorySegment map = image(geometry.mapBlock(group, chunk));
      int found = ChunkMap.type(map, chunk);
      if (found != type && found != ChunkMap.FREE || type == ChunkMap.JOURNAL && found != ChunkMap.FREE) {
        continue;
      }
      for (int i = 0; i + Math.min(count, Geometry.CHUNK_BLOCKS) <= Geometry.CHUNK_BLOCKS; i++) {
        int from = i;
        boolean free = true;
        for (int k = from; k < from + Math.min(count, Geometry.CHUNK_BLOCKS); k++) {
          free &= !ChunkMap.used(map, chunk, k);
        }
        if (free) {
          long block = geometry.chunkStart(group, chunk) + i;
          mark(block, count, type, true);
          return block;
        }
      }
    }
    throw new IllegalStateException("no space in the test volume");
  }

  long inode(int mode, int links, int kind, long size) {
    return inode(0, mode, links, kind, size);
  }

  long inode(long group, int mode, int links, int kind, long size) {
    long block = allocate(group, 1, ChunkMap.METADATA);
    byte[] bytes = new byte[BlockHeader.BLOCK];
    MemorySegment image = MemorySegment.ofArray(bytes);
    BlockHeader.init(image, BlockType.INODE, block, superblock.volume(), block, 1, 1);
    putLong(image, InodeRecord.GENERATION, 1);
    putInt(image, InodeRecord.MODE, mode);
    putInt(image, InodeRecord.LINK_COUNT, links);
    putLong(image, InodeRecord.SIZE, size);
    putShort(image, InodeRecord.PAYLOAD_KIND, kind);
    if (kind == InodeRecord.EXTENTS || kind == InodeRecord.DIRECTORY) {
      BTree.format(image, InodeRecord.PAYLOAD, InodeRecord.PAYLOAD_BYTES);
    }
    BTree.format(image, InodeRecord.XATTRS, InodeRecord.XATTR_BYTES);
    BlockHeader.seal(bytes);
    store.write(block, bytes);
    return block;
  }

  /** A regular file with inline content, linked in the directory. */
  long file(long directory, String name) {
    long inode = inode(Attributes.REGULAR | 0644, 1, InodeRecord.INLINE, 3);
    edit(inode, i -> i.set(ValueLayout.JAVA_BYTE, InodeRecord.PAYLOAD, (byte) 'x'));
    link(directory, name, inode);
    return inode;
  }

  long directory(long parent, String name) {
    long inode = inode(Attributes.DIRECTORY | 0755, 2, InodeRecord.DIRECTORY, 0);
    edit(inode, i -> putLong(i, InodeRecord.PARENT, parent));
    link(parent, name, inode);
    edit(parent, i -> putInt(i, InodeRecord.LINK_COUNT, getInt(i, InodeRecord.LINK_COUNT) + 1));
    return inode;
  }

  long symlink(long directory, String name, String target) {
    byte[] bytes = target.getBytes(StandardCharsets.UTF_8);
    long inode = inode(Attributes.SYMLINK | 0777, 1, InodeRecord.INLINE, bytes.length);
    edit(inode,
        i -> MemorySegment.copy(MemorySegment.ofArray(bytes), 0, i, InodeRecord.PAYLOAD, bytes.length));
    link(directory, name, inode);
    return inode;
  }

  /** A file with one extent of data in the group. */
  long fileWithExtent(long directory, String name, long group, int blocks) {
    long inode = inode(Attributes.REGULAR | 0644, 1, InodeRecord.EXTENTS, (long) blocks * BlockHeader.BLOCK);
    extent(inode, 0, allocate(group, blocks, ChunkMap.DATA), blocks, 0);
    link(directory, name, inode);
    return inode;
  }

  void extent(long inode, long fileBlock, long volumeBlock, int count, int flags) {
    payload(inode, t -> t.insert(fileBlock, new ExtentRecord(volumeBlock, count, flags, 1).toBytes()));
    edit(inode, i -> putLong(i, InodeRecord.BLOCKS, getLong(i, InodeRecord.BLOCKS) + count));
  }

  void link(long directory, String name, long inode) {
    int type = InodeCheck.entryType(getInt(image(inode), InodeRecord.MODE));
    entry(directory, position(name), name.getBytes(StandardCharsets.UTF_8), inode, type);
    edit(directory, i -> putLong(i, InodeRecord.SIZE, getLong(i, InodeRecord.SIZE) + 1));
  }

  void entry(long directory, long key, byte[] name, long inode, int type) {
    payload(directory, t -> t.insert(key, new DirectoryEntry(inode, type, name).toBytes()));
  }

  long position(String name) {
    return DirectoryEntry.position(superblock.hashSeed(), name.getBytes(StandardCharsets.UTF_8));
  }

  void xattr(long inode, String name, int valueBytes) {
    byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
    byte[] value = new byte[valueBytes];
    Arrays.fill(value, (byte) 'v');
    int first = Math.min(valueBytes, Xattrs.CHUNK_BYTES - 5 - nameBytes.length);
    ByteBuffer head = ByteBuffer.allocate(5 + nameBytes.length + first).order(ByteOrder.LITTLE_ENDIAN);
    head.put((byte) nameBytes.length).putInt(valueBytes).put(nameBytes).put(value, 0, first);
    long key = Xattrs.hash(nameBytes);
    xattrs(inode, t -> {
      t.insert(key, head.array());
      long chunk = 1;
      for (int at = first; at < valueBytes; at += Xattrs.CHUNK_BYTES) {
        t.insert(key + chunk++, Arrays.copyOfRange(value, at, Math.min(valueBytes, at + Xattrs.CHUNK_BYTES)));
      }
    });
  }

  void payload(long inode, Consumer<BTree> change) {
    change(new Nodes(inode, InodeRecord.PAYLOAD, InodeRecord.PAYLOAD_BYTES), change);
  }

  void xattrs(long inode, Consumer<BTree> change) {
    change(new Nodes(inode, InodeRecord.XATTRS, InodeRecord.XATTR_BYTES), change);
  }

  private static void change(Nodes nodes, Consumer<BTree> change) {
    change.accept(new BTree(nodes));
    nodes.flush();
  }

  /** A slot with a journal of 8 MiB and an orphan directory. @return the orphan directory */
  long slot(int slot) {
    long orphans = inode(Attributes.DIRECTORY | 0700, 2, InodeRecord.DIRECTORY, 0);
    edit(orphans, i -> putLong(i, InodeRecord.PARENT, orphans));
    int blocks = 8 * Geometry.CHUNK_BLOCKS;
    SlotRecord record = new SlotRecord(slot, allocate(1, blocks, ChunkMap.JOURNAL), blocks, orphans);
    SlotTable.write(store, record, 1);
    for (int copy = 0; copy < JournalHeader.COPIES; copy++) {
      byte[] bytes = new byte[BlockHeader.BLOCK];
      MemorySegment image = MemorySegment.ofArray(bytes);
      BlockHeader.init(
          image, BlockType.JOURNAL_HEADER, record.journalBlock() + copy, superblock.volume(), slot, 1 + copy,
          0);
      new JournalHeader(slot, 1, 0).write(image);
      BlockHeader.seal(bytes);
      store.write(record.journalBlock() + copy, bytes);
    }
    return orphans;
  }

  void orphan(long orphans, long inode) {
    link(orphans, OrphanCheck.name(inode), inode);
    edit(inode, i -> putInt(i, InodeRecord.LINK_COUNT, 0));
  }

  /** Writes through: every change is sealed and on the device when the call returns. */
  private final class Nodes implements NodeStore {
    private final long inode;
    private final long offset;
    private final int length;

    /** Images handed out for change by address, written when the next call comes or the tree is dropped. */
    private final Map<Long, byte[]> images = new HashMap<>();

    Nodes(long inode, long offset, int length) {
      this.inode = inode;
      this.offset = offset;
      this.length = length;
    }

    private MemorySegment of(long block) {
      return MemorySegment.ofArray(images.computeIfAbsent(block, store::readRaw));
    }

    @Override
    public MemorySegment root() {
      return of(inode);
    }

    @Override
    public long rootOffset() {
      return offset;
    }

    @Override
    public int rootLength() {
      return length;
    }

    @Override
    public long rootBlock() {
      return inode;
    }

    @Override
    public void modifyRoot() {}

    @Override
    public MemorySegment read(long block) {
      return of(block);
    }

    @Override
    public MemorySegment modify(long block) {
      return of(block);
    }

    @Override
    public long allocate() {
      long block = ImageBuilder.this.allocate(0, 1, ChunkMap.METADATA);
      byte[] bytes = new byte[BlockHeader.BLOCK];
      BlockHeader.init(
          MemorySegment.ofArray(bytes), BlockType.TREE_NODE, block, superblock.volume(), inode, 1, 1);
      images.put(block, bytes);
      putLong(root(), InodeRecord.BLOCKS, getLong(root(), InodeRecord.BLOCKS) + 1);
      return block;
    }

    @Override
    public boolean free(long block) {
      return false;
    }

    void flush() {
      images.forEach((block, bytes) -> {
        BlockHeader.seal(bytes);
        store.write(block, bytes);
      });
      images.clear();
    }
  }
}
