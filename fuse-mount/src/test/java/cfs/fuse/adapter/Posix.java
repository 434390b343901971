package cfs.fuse.adapter;

import jnr.ffi.LibraryLoader;
import jnr.ffi.annotations.LongLong;

/** System calls that Java has no name for. */
public interface Posix {
  Posix C = LibraryLoader.create(Posix.class).load("c");

  int O_RDWR = 2;
  int O_CREAT = 0100;
  int O_DIRECT = 040000;
  int SEEK_DATA = 3;
  int SEEK_HOLE = 4;
  int AT_FDCWD = -100;

  int open(String path, int flags, int mode);

  int close(int fd);

  int fcntl(int fd, int command, int argument);

  int fsync(int fd);

  int fdatasync(int fd);

  int syncfs(int fd);

  int renameat2(int fromDirectory, String from, int toDirectory, String to, int flags);

  int fallocate(int fd, int mode, @LongLong long offset, @LongLong long length);

  @LongLong
  long lseek(int fd, @LongLong long offset, int whence);

  @LongLong
  long pread(int fd, @LongLong long to, @LongLong long count, @LongLong long offset);

  @LongLong
  long pwrite(int fd, @LongLong long from, @LongLong long count, @LongLong long offset);

  @LongLong
  long setxattr(String path, String name, byte[] value, @LongLong long size, int flags);
}
