package cfs.fuse;

import cfs.error.FsError;
import cfs.error.FsException;

/** Flags of open(2) that this module looks at, Linux x86-64 values (asm-generic/fcntl.h). */
final class OpenFlags {
  static final int CREATE = 0100;
  static final int EXCLUSIVE = 0200;
  static final int TRUNCATE = 01000;
  static final int APPEND = 02000;
  static final int DATA_SYNC = 010000;
  static final int DIRECT = 040000;

  /** O_SYNC without the bit that it shares with O_DSYNC. */
  static final int FULL_SYNC = 04000000;

  /** What O_DIRECT must be aligned to; QEMU probes for it and settles on 512 when less is refused. */
  static final int DIRECT_ALIGNMENT_BYTES = 512;

  private OpenFlags() {}

  static boolean isAppend(int flags) {
    return (flags & APPEND) != 0;
  }

  /** Flags to open an already open file a second time, with O_APPEND turned round. */
  static int withOppositeAppend(int flags) {
    return (flags & ~(CREATE | EXCLUSIVE | TRUNCATE)) ^ APPEND;
  }

  /** Refuses what a block device would refuse. */
  static void checkAligned(int flags, long offset, int sizeBytes) {
    if ((flags & DIRECT) != 0 && ((offset | sizeBytes) & (DIRECT_ALIGNMENT_BYTES - 1)) != 0) {
      throw new FsException(FsError.INVALID, "O_DIRECT wants offset and length in multiples of 512 bytes");
    }
  }
}
