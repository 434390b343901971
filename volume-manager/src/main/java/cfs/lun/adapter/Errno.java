package cfs.lun.adapter;

import cfs.error.FencedException;
import cfs.error.FsError;
import cfs.error.FsException;

/** The errno values of Linux (errno-base.h, errno.h) that a LUN's calls answer, and what they mean for CFS. */
final class Errno {
  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int EINTR = 4;
  static final int ENXIO = 6;
  static final int EAGAIN = 11;
  static final int EACCES = 13;
  static final int EBUSY = 16;
  static final int ENODEV = 19;
  static final int ENOTDIR = 20;
  static final int EISDIR = 21;
  static final int EINVAL = 22;
  static final int ENOTTY = 25;
  static final int ETXTBSY = 26;
  static final int ENOSPC = 28;
  static final int EROFS = 30;
  static final int ENOSYS = 38;
  static final int EBADE = 52;
  static final int EOPNOTSUPP = 95;
  static final int EDQUOT = 122;

  private Errno() {}

  /** Whether the call itself is missing here, as opposed to having failed. */
  static boolean isUnsupported(int errno) {
    return errno == EOPNOTSUPP || errno == ENOSYS || errno == ENOTTY || errno == EINVAL;
  }

  /** What a failed I/O is thrown as. EBADE is how the block layer reports a SCSI reservation conflict. */
  static FsException failure(String doing, String path, int errno) {
    String sentence = doing + " " + path + " failed with errno " + errno;
    return switch (errno) {
      case EBADE -> new FencedException(sentence + ": this host's reservation is gone");
      case ENOSPC, EDQUOT -> new FsException(FsError.NO_SPACE,
          sentence + ": the storage below the LUN is full", new SystemCallException(errno));
      default -> new FsException(FsError.IO, sentence, new SystemCallException(errno));
    };
  }

  /** Gives the log a stack trace for an I/O failure. */
  private static final class SystemCallException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SystemCallException(int errno) {
      super("errno " + errno);
    }
  }
}
