package cfs.inode;

import cfs.error.CorruptionException;
import cfs.error.FsError;
import cfs.error.FsException;
import cfs.error.Invariant;
import cfs.tree.BTree;
import cfs.tree.Cursor;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The extended attributes of an inode. A value is kept in chunks: tree key = 40 bits of the name's hash, 8 bits telling equal
 * hashes apart, 16 bits chunk number; chunk 0 starts with name length (u8), value length (u32) and the name.
 */
public final class Xattrs {
  public static final int VALUE_BYTES_MAX = 65_536;
  public static final int CHUNK_BYTES = 1000;

  private static final int COLLISIONS = 256;
  private static final int HEAD_BYTES = 5;
  private static final long SLOT = 1L << 16;

  private final Inode inode;
  private final BTree tree;

  public Xattrs(Inode inode) {
    this.inode = inode;
    this.tree = inode.xattrs();
  }

  /** Tree blocks and new nodes that setting a value of so many bytes may need. */
  public static int credits(int valueBytes) {
    return 12 + 2 * (valueBytes / CHUNK_BYTES / 2 + 1);
  }

  /** Null when absent. */
  public byte @Nullable [] get(byte[] name) {
    long key = key(name);
    return key < 0 ? null : value(key);
  }

  private byte[] value(long key) {
    Cursor c = new Cursor();
    Invariant.check(tree.find(key, c), "xattr head");
    ByteBuffer head = ByteBuffer.wrap(c.payload()).order(ByteOrder.LITTLE_ENDIAN);
    int nameLength = head.get() & 0xff;
    int length = head.getInt();
    if (length < 0 || length > VALUE_BYTES_MAX || HEAD_BYTES + nameLength > c.payloadLength()) {
      throw new CorruptionException(inode.number(), "an extended attribute",
          "a value of " + length + " bytes");
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(length);
    out.write(head.array(), HEAD_BYTES + nameLength, head.array().length - HEAD_BYTES - nameLength);
    for (long chunk = 1; out.size() < length; chunk++) {
      if (!tree.find(key + chunk, c) || c.payloadLength() == 0) {
        throw new CorruptionException(inode.number(), "all chunks of an extended attribute",
            "one is missing");
      }
      out.writeBytes(c.payload());
    }
    return out.toByteArray();
  }

  public void set(Edit edit, byte[] name, byte[] value) {
    long old = key(name);
    long key = old >= 0 ? old : freeKey(name);
    edit(edit, () -> {
      deleteChunks(key);
      int first = Math.min(value.length, CHUNK_BYTES - HEAD_BYTES - name.length);
      ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES + name.length + first).order(ByteOrder.LITTLE_ENDIAN);
      head.put((byte) name.length).putInt(value.length).put(name).put(value, 0, first);
      tree.insert(key, head.array());
      long chunk = 1;
      for (int at = first; at < value.length; at += CHUNK_BYTES) {
        tree.insert(key + chunk++, Arrays.copyOfRange(value, at, Math.min(value.length, at + CHUNK_BYTES)));
      }
    });
  }

  /** False when absent. */
  public boolean remove(Edit edit, byte[] name) {
    long key = key(name);
    if (key < 0) {
      return false;
    }
    edit(edit, () -> deleteChunks(key));
    return true;
  }

  public List<byte[]> names() {
    List<byte[]> names = new ArrayList<>();
    tree.scan(0, new Cursor(), c -> {
      if (c.key() % SLOT == 0) {
        names.add(name(c));
      }
      return true;
    });
    return names;
  }

  private static byte[] name(Cursor c) {
    byte[] payload = c.payload();
    int length = payload.length == 0 ? 0 : payload[0] & 0xff;
    return Arrays.copyOfRange(payload, HEAD_BYTES, Math.min(payload.length, HEAD_BYTES + length));
  }

  private void edit(Edit edit, Runnable change) {
    inode.change(edit.tx());
    inode.xattrTree().during(edit);
    try {
      change.run();
    } finally {
      inode.xattrTree().done();
    }
    inode.change(edit.tx());
  }

  private void deleteChunks(long key) {
    for (long chunk = 0; tree.delete(key + chunk); chunk++) {
      Invariant.check(chunk <= VALUE_BYTES_MAX / CHUNK_BYTES + 1, "xattr chunks", chunk);
    }
  }

  /** Key of the head chunk, or -1. */
  private long key(byte[] name) {
    long first = hash(name);
    Cursor c = new Cursor();
    for (int i = 0; i < COLLISIONS; i++) {
      if (tree.find(first + i * SLOT, c) && Arrays.equals(name(c), name)) {
        return first + i * SLOT;
      }
      if (!tree.ceiling(first + i * SLOT, c) || c.key() >= first + COLLISIONS * SLOT) {
        return -1;
      }
    }
    return -1;
  }

  private long freeKey(byte[] name) {
    long first = hash(name);
    for (int i = 0; i < COLLISIONS; i++) {
      if (!tree.find(first + i * SLOT, new Cursor())) {
        return first + i * SLOT;
      }
    }
    throw new FsException(FsError.NO_SPACE, "too many attributes share a hash");
  }

  /** First key of a name; the FNV-1a hash folded to 39 bits keeps keys positive. */
  public static long hash(byte[] name) {
    long h = 0xcbf29ce484222325L;
    for (byte b : name) {
      h = (h ^ (b & 0xff)) * 0x100000001b3L;
    }
    return ((h ^ (h >>> 25)) & ((1L << 39) - 1)) << 24;
  }
}
