package cfs.fuse.adapter;

import jnr.ffi.Runtime;

/** Errno of system calls (asm-generic/errno-base.h). */
final class Errno {
  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int EINTR = 4;
  static final int EACCES = 13;
  static final int EBUSY = 16;
  static final int ENODEV = 19;
  static final int EINVAL = 22;

  private static final Runtime RUNTIME = Runtime.getSystemRuntime();

  private Errno() {}

  /** What a call returned, or -errno when that is -1; jnr-ffi keeps errno per thread until the thread's next call. */
  static long result(long returned) {
    return returned == -1 ? -RUNTIME.getLastError() : returned;
  }
}
