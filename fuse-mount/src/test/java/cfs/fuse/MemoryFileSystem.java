package cfs.fuse;

import cfs.error.FsError;
import cfs.error.FsException;
import cfs.fs.AttributeChange;
import cfs.fs.Attributes;
import cfs.fs.Caller;
import cfs.fs.DirectorySink;
import cfs.fs.FileSystem;
import cfs.fs.OpenFile;
import cfs.fs.VolumeStatistics;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A small file system in memory with the semantics of POSIX, one lock around everything, and counters for tests. */
public class MemoryFileSystem implements FileSystem {
  /** Not 1, so that the translation of the root is exercised; 1 is an ordinary inode number. */
  static final long ROOT = 7;

  private static final int BLOCK = 4096;
  private static final int PUNCH_HOLE = 2;
  private static final int KEEP_SIZE = 1;
  private static final int ZERO_RANGE = 16;
  private static final int O_TRUNC = 01000;
  private static final int O_APPEND = 02000;
  private static final int O_EXCL = 0200;

  private static final class Inode {
    final long number;
    int mode;
    int uid;
    int gid;
    int rdev;
    int links;
    long size;
    long atime = now();
    long mtime = atime;
    long ctime = atime;
    long references;
    int opens;
    long parent;
    byte[] target = {};
    final TreeMap<Long, byte[]> blocks = new TreeMap<>();
    final TreeMap<String, byte[]> xattrs = new TreeMap<>();
    final Map<String, Long> entries = new HashMap<>();
    final TreeMap<Long, String> byCookie = new TreeMap<>();
    long nextCookie = 3;

    Inode(long number, int mode, Caller caller) {
      this.number = number;
      this.mode = mode;
      this.uid = caller.uid();
      this.gid = caller.gid();
    }

    boolean isDirectory() {
      return (mode & Attributes.TYPE_MASK) == Attributes.DIRECTORY;
    }

    Attributes attributes() {
      return new Attributes(number, 1, mode, links, uid, gid, rdev, size, blocks.size() * 8L, atime, mtime,
          ctime);
    }

    void touched() {
      mtime = ctime = now();
    }
  }

  private record Open(Inode node, int flags) implements OpenFile {
    @Override
    public long inode() {
      return node.number;
    }
  }

  private final Map<Long, Inode> inodes = new HashMap<>();
  private long next = 1;

  /** Calls by name, for tests that count. */
  public final Map<String, Integer> calls = new HashMap<>();

  public int openFiles;

  public MemoryFileSystem() {
    Inode root = new Inode(ROOT, Attributes.DIRECTORY | 0755, Caller.ROOT);
    root.links = 2;
    root.parent = ROOT;
    inodes.put(ROOT, root);
  }

  static long now() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  private synchronized void count(String call) {
    calls.merge(call, 1, Integer::sum);
  }

  public synchronized int counted(String call) {
    return calls.getOrDefault(call, 0);
  }

  private static String text(byte[] name) {
    return new String(name, StandardCharsets.ISO_8859_1);
  }

  private Inode node(long inode) {
    Inode node = inodes.get(inode);
    if (node == null) {
      throw new FsException(FsError.STALE);
    }
    return node;
  }

  private Inode directory(long inode) {
    Inode node = node(inode);
    if (!node.isDirectory()) {
      throw new FsException(FsError.NOT_DIRECTORY);
    }
    return node;
  }

  private @Nullable Inode child(Inode parent, byte[] name) {
    if (name.length > 255) {
      throw new FsException(FsError.NAME_TOO_LONG);
    }
    Long inode = parent.entries.get(text(name));
    return inode == null ? null : node(inode);
  }

  private Inode existing(Inode parent, byte[] name) {
    Inode node = child(parent, name);
    if (node == null) {
      throw new FsException(FsError.NO_ENTRY);
    }
    return node;
  }

  private void enter(Inode parent, String name, Inode node) {
    parent.entries.put(name, node.number);
    parent.byCookie.put(parent.nextCookie++, name);
    parent.touched();
    if (node.isDirectory()) {
      node.parent = parent.number;
      parent.links++;
    }
    node.links++;
  }

  private void leave(Inode parent, String name, Inode node) {
    parent.entries.remove(name);
    parent.byCookie.values().remove(name);
    parent.touched();
    if (node.isDirectory()) {
      parent.links--;
    }
    node.links--;
    node.ctime = now();
    drop(node);
  }

  private void drop(Inode node) {
    int alive = node.isDirectory() ? 1 : 0;
    if (node.links <= alive && node.opens == 0 && node.references == 0) {
      inodes.remove(node.number);
    }
  }

  private Inode make(long parent, byte[] name, int mode, Caller caller) {
    Inode directory = directory(parent);
    if (child(directory, name) != null) {
      throw new FsException(FsError.EXISTS);
    }
    if (next == ROOT) {
      next++;
    }
    Inode node = new Inode(next++, mode, caller);
    if ((directory.mode & 02000) != 0) {
      node.gid = directory.gid;
      node.mode |= node.isDirectory() ? 02000 : 0;
    }
    inodes.put(node.number, node);
    if (node.isDirectory()) {
      node.links = 1;
    }
    enter(directory, text(name), node);
    node.references++;
    return node;
  }

  @Override
  public long rootInode() {
    return ROOT;
  }

  @Override
  public synchronized Attributes lookup(long parent, byte[] name) {
    Inode node = existing(directory(parent), name);
    node.references++;
    return node.attributes();
  }

  @Override
  public synchronized void forget(long inode, long count) {
    count("forget");
    Inode node = inodes.get(inode);
    if (node != null && inode != ROOT) {
      node.references -= count;
      drop(node);
    }
  }

  @Override
  public synchronized Attributes attributes(long inode) {
    count("attributes");
    return node(inode).attributes();
  }

  @Override
  public synchronized Attributes setAttributes(long inode, AttributeChange change) {
    Inode node = node(inode);
    if (change.has(AttributeChange.KILL_PRIVILEGES)) {
      node.mode &= ~04000 & ~((node.mode & 010) != 0 ? 02000 : 0);
    }
    if (change.has(AttributeChange.MODE)) {
      node.mode = node.mode & Attributes.TYPE_MASK | change.mode();
    }
    node.uid = change.has(AttributeChange.UID) ? change.uid() : node.uid;
    node.gid = change.has(AttributeChange.GID) ? change.gid() : node.gid;
    if (change.has(AttributeChange.SIZE)) {
      truncate(node, change.sizeBytes());
    }
    long now = now();
    node.atime = change.has(AttributeChange.ACCESS) ? change.accessNanos() : node.atime;
    node.mtime = change.has(AttributeChange.MODIFY) ? change.modifyNanos() : node.mtime;
    node.atime = change.has(AttributeChange.ACCESS_NOW) ? now : node.atime;
    node.mtime = change.has(AttributeChange.MODIFY_NOW) ? now : node.mtime;
    node.ctime = change.has(AttributeChange.CHANGE) ? change.changeNanos() : now;
    return node.attributes();
  }

  private static void truncate(Inode node, long size) {
    clear(node, size, Math.max(size, node.size));
    node.size = size;
    node.touched();
  }

  /** Zeroes a range: whole blocks become holes. */
  private static void clear(Inode node, long from, long to) {
    for (long block = from / BLOCK; block * BLOCK < to; block++) {
      byte[] bytes = node.blocks.get(block);
      if (bytes == null) {
        continue;
      }
      int start = (int) Math.max(0, from - block * BLOCK);
      int end = (int) Math.min(BLOCK, to - block * BLOCK);
      if (start == 0 && (end == BLOCK || to >= node.size)) {
        node.blocks.remove(block);
      } else {
        java.util.Arrays.fill(bytes, start, end, (byte) 0);
      }
    }
  }

  @Override
  public synchronized byte[] readLink(long inode) {
    return node(inode).target;
  }

  @Override
  public synchronized Attributes symlink(long parent, byte[] name, byte[] target, Caller caller) {
    Inode node = make(parent, name, Attributes.SYMLINK | 0777, caller);
    node.target = target;
    node.size = target.length;
    return node.attributes();
  }

  @Override
  public synchronized Attributes makeNode(long parent, byte[] name, int mode, int rdev, Caller caller) {
    Inode node = make(parent, name, mode, caller);
    node.rdev = rdev;
    return node.attributes();
  }

  @Override
  public synchronized Attributes makeDirectory(long parent, byte[] name, int mode, Caller caller) {
    return make(parent, name, Attributes.DIRECTORY | mode, caller).attributes();
  }

  @Override
  public synchronized Attributes link(long inode, long newParent, byte[] newName) {
    Inode node = node(inode);
    Inode parent = directory(newParent);
    if (child(parent, newName) != null) {
      throw new FsException(FsError.EXISTS);
    }
    enter(parent, text(newName), node);
    node.ctime = now();
    node.references++;
    return node.attributes();
  }

  @Override
  public synchronized void unlink(long parent, byte[] name) {
    Inode directory = directory(parent);
    Inode node = existing(directory, name);
    if (node.isDirectory()) {
      throw new FsException(FsError.IS_DIRECTORY);
    }
    leave(directory, text(name), node);
  }

  @Override
  public synchronized void removeDirectory(long parent, byte[] name) {
    Inode directory = directory(parent);
    Inode node = existing(directory, name);
    if (!node.isDirectory()) {
      throw new FsException(FsError.NOT_DIRECTORY);
    }
    if (!node.entries.isEmpty()) {
      throw new FsException(FsError.NOT_EMPTY);
    }
    leave(directory, text(name), node);
  }

  @Override
  public synchronized void rename(long parent, byte[] name, long newParent, byte[] newName, int flags) {
    Inode from = directory(parent);
    Inode to = directory(newParent);
    Inode node = existing(from, name);
    Inode replaced = child(to, newName);
    if (flags == RENAME_EXCHANGE) {
      Inode other = existing(to, newName);
      node.references++;
      other.references++;
      leave(from, text(name), node);
      leave(to, text(newName), other);
      enter(from, text(name), other);
      enter(to, text(newName), node);
      node.references--;
      other.references--;
      return;
    }
    if (flags != 0 && flags != RENAME_NOREPLACE) {
      throw new FsException(FsError.INVALID);
    }
    if (replaced == node) {
      return;
    }
    if (replaced != null) {
      if (flags == RENAME_NOREPLACE) {
        throw new FsException(FsError.EXISTS);
      }
      if (replaced.isDirectory() && !replaced.entries.isEmpty()) {
        throw new FsException(FsError.NOT_EMPTY);
      }
      leave(to, text(newName), replaced);
    }
    node.references++;
    leave(from, text(name), node);
    enter(to, text(newName), node);
    node.references--;
  }

  @Override
  public synchronized Created create(long parent, byte[] name, int mode, int flags, Caller caller) {
    Inode node = child(directory(parent), name);
    if (node != null && (flags & O_EXCL) != 0) {
      throw new FsException(FsError.EXISTS);
    }
    if (node == null) {
      node = make(parent, name, Attributes.REGULAR | mode & 07777, caller);
    } else {
      node.references++;
    }
    OpenFile file = open(node.number, flags);
    return new Created(node.attributes(), file);
  }

  @Override
  public synchronized OpenFile open(long inode, int flags) {
    count("open");
    Inode node = node(inode);
    if ((flags & O_TRUNC) != 0) {
      truncate(node, 0);
    }
    node.opens++;
    openFiles++;
    return new Open(node, flags);
  }

  @Override
  public synchronized void release(OpenFile file) {
    Inode node = ((Open) file).node;
    node.opens--;
    openFiles--;
    drop(node);
  }

  @Override
  public int read(OpenFile file, long offset, MemorySegment to, long toOffset, int length) {
    count("read");
    return readNow(file, offset, to, toOffset, length);
  }

  private synchronized int readNow(OpenFile file, long offset, MemorySegment to, long toOffset, int length) {
    Inode node = ((Open) file).node;
    int bytes = (int) Math.max(0, Math.min(length, node.size - offset));
    for (int done = 0; done < bytes;) {
      long block = (offset + done) / BLOCK;
      int start = (int) ((offset + done) % BLOCK);
      int part = Math.min(BLOCK - start, bytes - done);
      byte[] from = node.blocks.get(block);
      if (from == null) {
        to.asSlice(toOffset + done, part).fill((byte) 0);
      } else {
        MemorySegment.copy(from, start, to, ValueLayout.JAVA_BYTE, toOffset + done, part);
      }
      done += part;
    }
    return bytes;
  }

  @Override
  public int write(OpenFile file, long offset, MemorySegment from, long fromOffset, int length) {
    count("write");
    return writeNow(file, offset, from, fromOffset, length);
  }

  private synchronized int writeNow(OpenFile file, long offset, MemorySegment from, long fromOffset,
      int length) {
    Inode node = ((Open) file).node;
    long at = (file.flags() & O_APPEND) != 0 ? node.size : offset;
    for (int done = 0; done < length;) {
      long block = (at + done) / BLOCK;
      int start = (int) ((at + done) % BLOCK);
      int part = Math.min(BLOCK - start, length - done);
      byte[] to = node.blocks.computeIfAbsent(block, b -> new byte[BLOCK]);
      MemorySegment.copy(from, ValueLayout.JAVA_BYTE, fromOffset + done, to, start, part);
      done += part;
    }
    node.size = Math.max(node.size, at + length);
    node.touched();
    return length;
  }

  @Override
  public int tryRead(OpenFile file, long offset, MemorySegment to, long toOffset, int length) {
    count("tryRead");
    return readNow(file, offset, to, toOffset, length);
  }

  @Override
  public synchronized int tryWrite(OpenFile file, long offset, MemorySegment from, long fromOffset,
      int length) {
    count("tryWrite");
    boolean extends_ = offset + length > ((Open) file).node.size;
    return extends_ ? NOT_NOW : writeNow(file, offset, from, fromOffset, length);
  }

  @Override
  public synchronized void fsync(OpenFile file, boolean dataOnly) {
    count(dataOnly ? "fdatasync" : "fsync");
  }

  @Override
  public synchronized void fallocate(OpenFile file, int mode, long offset, long length) {
    Inode node = ((Open) file).node;
    switch (mode) {
      case 0 -> node.size = Math.max(node.size, offset + length);
      case KEEP_SIZE -> count("reserve");
      case PUNCH_HOLE | KEEP_SIZE, ZERO_RANGE | KEEP_SIZE ->
        clear(node, offset, Math.min(node.size, offset + length));
      case ZERO_RANGE -> {
        node.size = Math.max(node.size, offset + length);
        clear(node, offset, offset + length);
      }
      default -> throw new FsException(FsError.NOT_SUPPORTED);
    }
  }

  @Override
  public synchronized long seek(OpenFile file, long offset, int whence) {
    Inode node = ((Open) file).node;
    if (offset >= node.size) {
      throw new FsException(FsError.NO_DEVICE_ADDRESS);
    }
    boolean data = whence == 3;
    for (long at = offset; at < node.size; at = (at / BLOCK + 1) * BLOCK) {
      if (node.blocks.containsKey(at / BLOCK) == data) {
        return at;
      }
    }
    if (data) {
      throw new FsException(FsError.NO_DEVICE_ADDRESS);
    }
    return node.size;
  }

  @Override
  public synchronized void readDirectory(OpenFile directory, long cookie, DirectorySink sink) {
    Inode node = ((Open) directory).node;
    if (cookie < 1 && !sink.add(new byte[]{'.'}, node.number, 4, 1)) {
      return;
    }
    if (cookie < 2 && !sink.add(new byte[]{'.', '.'}, node.parent, 4, 2)) {
      return;
    }
    for (var entry : node.byCookie.tailMap(Math.max(cookie, 2), false).entrySet()) {
      Inode child = node(node.entries.get(entry.getValue()));
      byte[] name = entry.getValue().getBytes(StandardCharsets.ISO_8859_1);
      if (!sink.add(name, child.number, child.mode >> 12 & 15, entry.getKey())) {
        return;
      }
    }
  }

  @Override
  public synchronized VolumeStatistics statistics() {
    return new VolumeStatistics(BLOCK, 1000, 600, 500, 100, 100 - inodes.size() % 100, 1);
  }

  @Override
  public synchronized byte[] getXattr(long inode, byte[] name) {
    count("getXattr " + text(name));
    byte[] value = node(inode).xattrs.get(text(name));
    if (value == null) {
      throw new FsException(FsError.NO_XATTR);
    }
    return value;
  }

  @Override
  public synchronized void setXattr(long inode, byte[] name, byte[] value, int flags) {
    boolean there = node(inode).xattrs.containsKey(text(name));
    if (flags == 1 && there) {
      throw new FsException(FsError.EXISTS);
    }
    if (flags == 2 && !there) {
      throw new FsException(FsError.NO_XATTR);
    }
    node(inode).xattrs.put(text(name), value);
  }

  @Override
  public synchronized List<byte[]> listXattrs(long inode) {
    List<byte[]> names = new ArrayList<>();
    node(inode).xattrs.keySet().forEach(name -> names.add(name.getBytes(StandardCharsets.ISO_8859_1)));
    return names;
  }

  @Override
  public synchronized void removeXattr(long inode, byte[] name) {
    if (node(inode).xattrs.remove(text(name)) == null) {
      throw new FsException(FsError.NO_XATTR);
    }
  }

  @Override
  public void sync() {
    count("sync");
  }

  @Override
  public void close() {
    count("close");
  }
}
