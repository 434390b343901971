package cfs.fsck;

import cfs.error.CorruptionException;
import cfs.error.FsError;
import cfs.error.FsException;
import cfs.format.BlockHeader;
import cfs.format.BlockType;
import cfs.format.ChunkMap;
import cfs.format.InodeRecord;
import cfs.tree.NodeStore;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One tree of an inode. For checking it only reads; a repair gives it spare blocks and calls {@link #finish} to write what
 * was changed. Blocks are never freed here: what nothing refers to any more is found as leaked by the next pass.
 */
final class OfflineTree implements NodeStore {
  private final CheckedVolume volume;
  private final long inode;
  private final byte[] root;
  private final long offset;
  private final int length;
  private final @Nullable SpareBlocks spare;
  private final Map<Long, byte[]> changed = new HashMap<>();
  private boolean rootChanged;
  private boolean marking;
  private long nodes;

  private OfflineTree(CheckedVolume volume, long inode, byte[] root, long offset, int length,
      @Nullable SpareBlocks spare) {
    this.volume = volume;
    this.inode = inode;
    this.root = root;
    this.offset = offset;
    this.length = length;
    this.spare = spare;
  }

  /** The tree in the payload of an inode: entries of a directory or extents of a file. */
  static OfflineTree payload(CheckedVolume volume, long inode, byte[] image, @Nullable SpareBlocks spare) {
    return new OfflineTree(volume, inode, image, InodeRecord.PAYLOAD, InodeRecord.PAYLOAD_BYTES, spare);
  }

  static OfflineTree xattrs(CheckedVolume volume, long inode, byte[] image, @Nullable SpareBlocks spare) {
    return new OfflineTree(volume, inode, image, InodeRecord.XATTRS, InodeRecord.XATTR_BYTES, spare);
  }

  /** From now on each node that is read and valid is marked as used; to be called before a walk over the whole tree. */
  void markNodes() {
    marking = true;
  }

  /** Valid nodes seen since. */
  long nodes() {
    return nodes;
  }

  @Override
  public MemorySegment root() {
    return MemorySegment.ofArray(root);
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
  public void modifyRoot() {
    rootChanged = true;
  }

  @Override
  public MemorySegment read(long block) {
    byte[] known = changed.get(block);
    if (known != null) {
      return MemorySegment.ofArray(known);
    }
    byte[] bytes = readNode(block);
    if (marking) {
      nodes++;
      if (volume.use().mark(block, 1, ChunkMap.METADATA) >= 0) {
        volume.shared(block, "a tree node of inode " + inode + " alone");
      }
    }
    return MemorySegment.ofArray(bytes);
  }

  /** Whether a block is a valid node of this inode. */
  boolean has(long block) {
    byte[] bytes = volume.inOneGroup(block, 1) ? volume.readRaw(block) : null;
    return bytes != null && volume.complaint(bytes, block, BlockType.TREE_NODE, inode) == null;
  }

  private byte[] readNode(long block) {
    if (!volume.inOneGroup(block, 1)) {
      throw new CorruptionException(block, "a tree node of inode " + inode, "a block outside of the groups");
    }
    byte[] bytes = volume.readRaw(block);
    String complaint = bytes == null ? "an unreadable sector"
        : volume.complaint(bytes, block, BlockType.TREE_NODE, inode);
    if (bytes == null || complaint != null) {
      throw new CorruptionException(block, "a tree node of inode " + inode, String.valueOf(complaint));
    }
    return bytes;
  }

  @Override
  public MemorySegment modify(long block) {
    return MemorySegment.ofArray(changed.computeIfAbsent(block, this::readNode));
  }

  @Override
  public long allocate() {
    if (spare == null) {
      throw new FsException(FsError.READ_ONLY);
    }
    byte[] fresh = spare.take(BlockType.TREE_NODE, inode);
    long block = BlockHeader.block(MemorySegment.ofArray(fresh));
    changed.put(block, fresh);
    return block;
  }

  @Override
  public boolean free(long block) {
    return false;
  }

  /** Writes the nodes, then the root, in place. */
  void finish() {
    changed.values().forEach(volume::write);
    changed.clear();
    if (rootChanged) {
      volume.write(root);
      rootChanged = false;
    }
  }
}
