package cfs.lun.adapter;

import jnr.ffi.annotations.LongLong;

/**
 * The calls of libc that a LUN needs, as jnr-ffi binds them. Addresses are passed as numbers, so no call copies or
 * allocates. None may have six or more arguments: jnr-ffi's x86 stub corrupts the sixth (bind such functions in an
 * interface of their own with {@code @jnr.ffi.provider.jffi.NoX86}; NativeCallTest keeps watch).
 */
public interface LibC {
  /** open(2) without O_CREAT; {@code path} is the address of a NUL-terminated string. */
  int open(@LongLong long path, int flags);

  int close(int descriptor);

  @LongLong
  long pread(int descriptor, @LongLong long address, @LongLong long length, @LongLong long offset);

  @LongLong
  long pwrite(int descriptor, @LongLong long address, @LongLong long length, @LongLong long offset);

  int fdatasync(int descriptor);

  int fallocate(int descriptor, int mode, @LongLong long offset, @LongLong long length);

  int ioctl(int descriptor, @LongLong long request, @LongLong long argument);

  int fcntl(int descriptor, int command, @LongLong long argument);

  /** statx(2): the one stat whose structure is the same on every architecture. */
  int statx(int directory, @LongLong long path, int flags, int mask, @LongLong long result);
}
