package cfs.fsck;

import static cfs.format.Fields.getInt;

import cfs.inode.Xattrs;
import cfs.tree.Visitor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * The extended attributes of one inode. Key: hash of the name, 8 bits that tell equal hashes apart, 16 bits chunk number; see
 * {@link Xattrs}. Chunk 0 holds the name's length (1 byte), the value's (4 bytes), the name and the value's first bytes; the other
 * chunks continue the value. No chunk has more than 1000 bytes.
 */
final class XattrCheck implements Visitor {
  private static final int FIXED_BYTES = 5;
  private static final int HASH_SHIFT = 24;
  private static final int CHUNK_BITS = 16;

  private final CheckedVolume volume;
  private final long inode;
  private final TreeRepair repair;

  /** Keys of the attribute that is being put together; its chunks follow each other. */
  private final List<Long> keys = new ArrayList<>();

  private long valueBytes;
  private long missingBytes;
  private boolean good = true;

  XattrCheck(CheckedVolume volume, long inode, TreeRepair repair) {
    this.volume = volume;
    this.inode = inode;
    this.repair = repair;
  }

  @Override
  public boolean node(long block, int level) {
    return true;
  }

  @Override
  public void entry(long key, MemorySegment segment, long payloadOffset, int payloadLength) {
    int chunk = (int) key & (1 << CHUNK_BITS) - 1;
    if (keys.isEmpty() || key >>> CHUNK_BITS != keys.getLast() >>> CHUNK_BITS) {
      finish();
      first(key, chunk, segment, payloadOffset, payloadLength);
    } else {
      good &= chunk == keys.size();
      missingBytes -= payloadLength;
    }
    good &= payloadLength <= Xattrs.CHUNK_BYTES;
    keys.add(key);
  }

  private void first(long key, int chunk, MemorySegment segment, long at, int length) {
    if (chunk != 0 || length < FIXED_BYTES) {
      good = false;
      return;
    }
    int nameBytes = segment.get(ValueLayout.JAVA_BYTE, at) & 0xff;
    valueBytes = getInt(segment, at + 1) & 0xffffffffL;
    missingBytes = valueBytes - (length - FIXED_BYTES - nameBytes);
    good = nameBytes > 0 && FIXED_BYTES + nameBytes <= length && valueBytes <= Xattrs.VALUE_BYTES_MAX;
    if (good) {
      byte[] name = segment.asSlice(at + FIXED_BYTES, nameBytes).toArray(ValueLayout.JAVA_BYTE);
      good = Xattrs.hash(name) >>> HASH_SHIFT == key >>> HASH_SHIFT;
      for (byte b : name) {
        good &= b != 0;
      }
    }
  }

  /** The attribute seen last is complete. */
  void finish() {
    if (!keys.isEmpty() && (!good || missingBytes != 0)) {
      List<Long> remove = List.copyOf(keys);
      volume.findings().add(FindingCode.XATTR_DAMAGED, inode,
          "a whole attribute at key " + Long.toHexString(remove.getFirst()),
          remove.size() + " chunks, " + missingBytes + " of " + valueBytes + " bytes missing",
          () -> remove.forEach(key -> repair.delete(inode, false, key)));
    }
    keys.clear();
    good = true;
    valueBytes = 0;
    missingBytes = 0;
  }
}
