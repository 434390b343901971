package cfs.stress.os;

import java.io.IOException;

/** A system call failed with {@link #errno}. */
public final class PosixException extends IOException {
  private static final long serialVersionUID = 1;

  public final int errno;

  PosixException(String call, String subject, int errno) {
    super(call + "(" + subject + "): " + Errno.name(errno));
    this.errno = errno;
  }
}
