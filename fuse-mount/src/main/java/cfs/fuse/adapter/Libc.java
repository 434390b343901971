package cfs.fuse.adapter;

import jnr.ffi.LibraryLoader;
import jnr.ffi.annotations.LongLong;

/**
 * The calls of glibc that a FUSE mount needs. Addresses are passed as numbers. Only functions of at most five arguments:
 * jnr-ffi 2.3.4 corrupts the sixth on x86-64 unless the interface carries {@code jnr.ffi.provider.jffi.NoX86}.
 */
public interface Libc {
  Libc C = LibraryLoader.create(Libc.class).load("c");

  int O_RDWR = 2;
  int O_CLOEXEC = 02000000;
  int MS_RDONLY = 1;
  int MS_NOSUID = 2;
  int MS_NODEV = 4;
  int MNT_FORCE = 1;
  int MNT_DETACH = 2;

  /** _IOR(229, 0, uint32_t) of linux/fuse.h. */
  long FUSE_DEV_IOC_CLONE = 0x8004e500L;

  @LongLong
  long read(int fd, @LongLong long to, @LongLong long count);

  @LongLong
  long write(int fd, @LongLong long from, @LongLong long count);

  int open(String path, int flags);

  int close(int fd);

  int ioctl(int fd, @LongLong long request, @LongLong long argument);

  int mount(String source, String target, String type, @LongLong long flags, String options);

  int umount2(String target, int flags);

  int geteuid();

  int getegid();
}
