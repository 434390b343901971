package cfs.fs;

import cfs.error.FsError;
import cfs.error.FsException;
import cfs.format.DirectoryEntry;

/** Rules for names. */
final class Names {
  private Names() {}

  /** A name that may be created, removed or renamed. */
  static void require(byte[] name) {
    if (name.length > DirectoryEntry.NAME_MAX) {
      throw new FsException(FsError.NAME_TOO_LONG);
    }
    if (name.length == 0) {
      throw new FsException(FsError.NO_ENTRY);
    }
    for (byte b : name) {
      if (b == 0 || b == '/') {
        throw new FsException(FsError.INVALID);
      }
    }
  }

  static boolean isDot(byte[] name) {
    return name.length == 1 && name[0] == '.';
  }

  static boolean isDotDot(byte[] name) {
    return name.length == 2 && name[0] == '.' && name[1] == '.';
  }
}
