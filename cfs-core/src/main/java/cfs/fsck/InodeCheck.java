package cfs.fsck;

import static cfs.format.Fields.getInt;
import static cfs.format.Fields.getLong;
import static cfs.format.Fields.getShort;
import static cfs.format.Fields.putLong;

import cfs.format.BlockType;
import cfs.format.ChunkMap;
import cfs.format.InodeRecord;
import cfs.fs.Attributes;
import cfs.tree.BTree;
import cfs.tree.Visitor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One inode: its fields, its two trees and everything they refer to, which is marked as used. */
final class InodeCheck {
  private final CheckedVolume volume;
  private final TreeRepair repair;

  InodeCheck(CheckedVolume volume, TreeRepair repair) {
    this.volume = volume;
    this.repair = repair;
  }

  static int mode(byte[] image) {
    return getInt(MemorySegment.ofArray(image), InodeRecord.MODE);
  }

  static long linkCount(byte[] image) {
    return getInt(MemorySegment.ofArray(image), InodeRecord.LINK_COUNT) & 0xffffffffL;
  }

  static boolean isDirectory(int mode) {
    return (mode & Attributes.TYPE_MASK) == Attributes.DIRECTORY;
  }

  /** Its tree nodes are being freed one by one. */
  static boolean isDying(byte[] image) {
    return (getInt(MemorySegment.ofArray(image), InodeRecord.FLAGS) & InodeRecord.DYING) != 0;
  }

  /** DT_* of dirent.h. */
  static int entryType(int mode) {
    return mode >>> 12 & 15;
  }

  /** Why the image cannot be a live inode, or null. */
  @Nullable
  String complaint(byte @Nullable [] bytes, long inode) {
    String complaint = bytes == null ? "an unreadable sector"
        : volume.complaint(bytes, inode, BlockType.INODE, inode);
    if (bytes == null || complaint != null) {
      return complaint;
    }
    MemorySegment image = MemorySegment.ofArray(bytes);
    int mode = getInt(image, InodeRecord.MODE);
    if (mode == 0) {
      return "a freed inode";
    }
    int kind = getShort(image, InodeRecord.PAYLOAD_KIND);
    long size = getLong(image, InodeRecord.SIZE);
    boolean fits = mode >>> 16 == 0 && switch (mode & Attributes.TYPE_MASK) {
      case Attributes.DIRECTORY -> kind == InodeRecord.DIRECTORY;
      case Attributes.REGULAR -> kind == InodeRecord.EXTENTS || kind == InodeRecord.INLINE;
      case Attributes.SYMLINK -> kind == InodeRecord.INLINE && size > 0 && size <= InodeRecord.PAYLOAD_BYTES;
      case Attributes.FIFO, Attributes.SOCKET, Attributes.BLOCK_DEVICE, Attributes.CHARACTER_DEVICE ->
        kind == InodeRecord.NONE;
      default -> false;
    };
    return fits ? null
        : "mode 0" + Integer.toOctalString(mode) + " with payload kind " + kind + " and size " + size;
  }

  /**
   * Checks a live inode.
   *
   * @param entries sees the entries if it is a directory
   */
  void contents(long inode, byte[] bytes, Visitor entries) {
    MemorySegment image = MemorySegment.ofArray(bytes);
    int kind = getShort(image, InodeRecord.PAYLOAD_KIND);
    long size = getLong(image, InodeRecord.SIZE);
    long blocks = 0;
    Walked payload = new Walked(true, 0);
    long end = 0;
    if (kind == InodeRecord.EXTENTS) {
      ExtentCheck extents = new ExtentCheck(volume, inode, repair);
      payload = tree(inode, bytes, true, extents);
      blocks = extents.blocks();
      end = extents.end();
    } else if (kind == InodeRecord.DIRECTORY) {
      DirectoryCounter counter = new DirectoryCounter(entries);
      payload = tree(inode, bytes, true, counter);
      if (payload.whole() && counter.count != size) {
        long count = counter.count;
        volume.findings().add(FindingCode.DIRECTORY_SIZE_WRONG, inode, count + " entries",
            String.valueOf(size),
            () -> set(inode, InodeRecord.SIZE, count));
      }
    } else if (kind == InodeRecord.INLINE) {
      inlineTail(inode, image, size);
    }
    if (kind != InodeRecord.DIRECTORY
        && (size < 0 || kind == InodeRecord.INLINE && size > InodeRecord.PAYLOAD_BYTES)) {
      long bound = kind == InodeRecord.INLINE ? InodeRecord.PAYLOAD_BYTES : end;
      volume.findings().add(FindingCode.INODE_FIELD_WRONG, inode, "a size up to " + bound,
          String.valueOf(size),
          () -> set(inode, InodeRecord.SIZE, bound));
    }
    XattrCheck xattrs = new XattrCheck(volume, inode, repair);
    Walked attributes = tree(inode, bytes, false, xattrs);
    xattrs.finish();
    long expected = blocks + payload.nodes() + attributes.nodes();
    if (payload.whole() && attributes.whole() && getLong(image, InodeRecord.BLOCKS) != expected) {
      volume.findings().add(FindingCode.INODE_COUNT_WRONG, inode, expected + " blocks",
          String.valueOf(getLong(image, InodeRecord.BLOCKS)), () -> set(inode, InodeRecord.BLOCKS, expected));
    }
  }

  private void set(long inode, long field, long value) {
    volume.modify(inode, BlockType.INODE, inode, image -> putLong(image, field, value));
  }

  private void inlineTail(long inode, MemorySegment image, long size) {
    if (size < 0 || size > InodeRecord.PAYLOAD_BYTES) {
      return;
    }
    for (long i = size; i < InodeRecord.PAYLOAD_BYTES; i++) {
      if (image.get(ValueLayout.JAVA_BYTE, InodeRecord.PAYLOAD + i) != 0) {
        volume.findings().add(FindingCode.INLINE_TAIL_NOT_ZERO, inode, "zeroes behind byte " + size,
            "content at byte " + i, () -> zeroTail(inode, size));
        return;
      }
    }
  }

  private void zeroTail(long inode, long size) {
    volume.modify(inode, BlockType.INODE, inode,
        image -> image.asSlice(InodeRecord.PAYLOAD + size, InodeRecord.PAYLOAD_BYTES - size).fill((byte) 0));
  }

  /** Marks the nodes that a dying inode still has; its trees may lead to others that are free or belong to somebody else. */
  void dyingNodes(long inode, byte[] bytes) {
    int kind = getShort(MemorySegment.ofArray(bytes), InodeRecord.PAYLOAD_KIND);
    OfflineTree xattrs = OfflineTree.xattrs(volume, inode, bytes, null);
    BTree.verify(xattrs, new DyingNodes(xattrs));
    if (kind == InodeRecord.EXTENTS || kind == InodeRecord.DIRECTORY) {
      OfflineTree payload = OfflineTree.payload(volume, inode, bytes, null);
      BTree.verify(payload, new DyingNodes(payload));
    }
  }

  private final class DyingNodes implements Visitor {
    private final OfflineTree tree;

    DyingNodes(OfflineTree tree) {
      this.tree = tree;
    }

    @Override
    public boolean node(long block, int level) {
      boolean own = tree.has(block) && volume.groups().isMarked(block);
      if (own) {
        volume.use().mark(block, 1, ChunkMap.METADATA);
      }
      return own;
    }

    @Override
    public void entry(long key, MemorySegment segment, long payloadOffset, int payloadLength) {}
  }

  private record Walked(boolean whole, long nodes) {}

  private Walked tree(long inode, byte[] bytes, boolean payload, Visitor visitor) {
    OfflineTree tree = payload ? OfflineTree.payload(volume, inode, bytes, null)
        : OfflineTree.xattrs(volume, inode, bytes, null);
    tree.markNodes();
    List<String> complaints = BTree.verify(tree, visitor);
    if (!complaints.isEmpty()) {
      volume.useIsIncomplete();
      String more = complaints.size() > 1 ? " and " + (complaints.size() - 1) + " more" : "";
      volume.findings().add(FindingCode.TREE_DAMAGED, inode,
          payload ? "a whole payload tree" : "a whole xattr tree",
          complaints.getFirst() + more, () -> repair.salvage(inode, payload));
    }
    return new Walked(complaints.isEmpty(), tree.nodes());
  }

  /** Counts on the way to the real visitor. */
  private static final class DirectoryCounter implements Visitor {
    private final Visitor entries;
    private long count;

    DirectoryCounter(Visitor entries) {
      this.entries = entries;
    }

    @Override
    public boolean node(long block, int level) {
      return true;
    }

    @Override
    public void entry(long key, MemorySegment segment, long payloadOffset, int payloadLength) {
      count++;
      entries.entry(key, segment, payloadOffset, payloadLength);
    }
  }
}
