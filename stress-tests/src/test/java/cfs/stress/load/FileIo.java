package cfs.stress.load;

import cfs.stress.os.Posix;
import cfs.stress.os.PosixException;
import java.lang.foreign.MemorySegment;

/** Whole transfers of several system calls where a single one may be short. */
final class FileIo {
  private FileIo() {}

  /** Writes everything at {@code offset}, or says that the file system wrote nothing without an error. */
  static void writeAll(int fd, MemorySegment bytes, long offset) throws PosixException {
    for (long at = 0; at < bytes.byteSize();) {
      int written = Posix.write(fd, bytes.asSlice(at), offset + at);
      if (written <= 0) {
        throw new AssertionError("pwrite wrote " + written + " bytes");
      }
      at += written;
    }
  }

  /** Bytes read; fewer than wanted only at the end of the file. */
  static long readAll(int fd, MemorySegment into, long offset) throws PosixException {
    long at = 0;
    while (at < into.byteSize()) {
      int read = Posix.read(fd, into.asSlice(at), offset + at);
      if (read == 0) {
        break;
      }
      at += read;
    }
    return at;
  }
}
