package cfs.fs;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * One mounted volume. Every call is thread-safe, may block (cluster locks, LUN), and throws {@code cfs.error.FsException}
 * with the POSIX reason. Names are raw bytes. Permission bits are checked by the kernel (default_permissions), everything
 * else here. An inode number that is gone answers STALE.
 */
public interface FileSystem extends AutoCloseable {
  /** Answer of tryRead/tryWrite: would have to wait for a lock, metadata or another thread; use the blocking call. */
  int NOT_NOW = Integer.MIN_VALUE;

  /** RENAME_* of renameat2(2). */
  int RENAME_NOREPLACE = 1;

  int RENAME_EXCHANGE = 2;

  long rootInode();

  /** Resolves one name and counts one kernel reference to the result; ".." and "." work too. NO_ENTRY when absent. */
  Attributes lookup(long parent, byte[] name);

  /** Takes back {@code count} kernel references (FUSE FORGET). Every call that returns Attributes of a name gives one. */
  void forget(long inode, long count);

  Attributes attributes(long inode);

  Attributes setAttributes(long inode, AttributeChange change);

  byte[] readLink(long inode);

  Attributes symlink(long parent, byte[] name, byte[] target, Caller caller);

  /** Any type but directory; {@code mode} holds the type bits; umask is already applied. */
  Attributes makeNode(long parent, byte[] name, int mode, int rdev, Caller caller);

  Attributes makeDirectory(long parent, byte[] name, int mode, Caller caller);

  Attributes link(long inode, long newParent, byte[] newName);

  void unlink(long parent, byte[] name);

  void removeDirectory(long parent, byte[] name);

  void rename(long parent, byte[] name, long newParent, byte[] newName, int flags);

  /** Attributes of a created or opened name together with its open file. */
  record Created(Attributes attributes, OpenFile file) {}

  /** Creates a regular file and opens it, atomically; EXISTS only with O_EXCL, else opens what is there. */
  Created create(long parent, byte[] name, int mode, int flags, Caller caller);

  /** O_TRUNC is honoured. Also opens directories. */
  OpenFile open(long inode, int flags);

  void release(OpenFile file);

  /** Bytes read; fewer than {@code length} only at end of file. Holes read as zeroes. */
  int read(OpenFile file, long offset, MemorySegment to, long toOffset, int length);

  /** Writes all or throws. With O_APPEND in the file's flags {@code offset} is ignored and the end of file used, atomically. */
  int write(OpenFile file, long offset, MemorySegment from, long fromOffset, int length);

  /** As read, but waits for nothing but the LUN: neither for the cluster nor for another thread; else NOT_NOW. */
  int tryRead(OpenFile file, long offset, MemorySegment to, long toOffset, int length);

  /** As write, only for overwriting allocated blocks without waiting; else NOT_NOW. */
  int tryWrite(OpenFile file, long offset, MemorySegment from, long fromOffset, int length);

  /** Returns when everything written (and, unless {@code dataOnly}, all metadata) of the inode survives power loss. */
  void fsync(OpenFile file, boolean dataOnly);

  /** fallocate(2) modes; NOT_SUPPORTED for those CFS does not have. */
  void fallocate(OpenFile file, int mode, long offset, long length);

  /** SEEK_DATA (3) and SEEK_HOLE (4) of lseek(2). */
  long seek(OpenFile file, long offset, int whence);

  /** Delivers entries after {@code cookie} (0 = start, "." and ".." included) until the sink refuses or the end. */
  void readDirectory(OpenFile directory, long cookie, DirectorySink sink);

  VolumeStatistics statistics();

  /** NO_XATTR when absent. */
  byte[] getXattr(long inode, byte[] name);

  /** @param flags 0, XATTR_CREATE (1) or XATTR_REPLACE (2) */
  void setXattr(long inode, byte[] name, byte[] value, int flags);

  List<byte[]> listXattrs(long inode);

  void removeXattr(long inode, byte[] name);

  /** Makes everything durable (syncfs). */
  void sync();

  /** Writes everything back and gives all locks up. */
  @Override
  void close();
}
