package cfs.fuse;

import static cfs.fs.FileSystem.NOT_NOW;
import static cfs.fuse.wire.FileFrames.*;

import cfs.error.Invariant;
import cfs.fs.FileSystem;
import cfs.fs.OpenFile;

/**
 * Reads and writes for which this host has everything at hand: they wait for the LUN and for nothing else, so they may
 * run on the thread that reads requests. Whatever cannot be served like that answers NOT_NOW and goes to the slow path.
 */
final class FastPath {
  /** A write that must do more than write: sync afterwards, or clear privileges first. */
  private static final int SYNC = OpenFlags.DATA_SYNC | OpenFlags.FULL_SYNC;

  private final FileSystem fileSystem;
  private final OpenFiles files;

  FastPath(FileSystem fileSystem, OpenFiles files) {
    this.fileSystem = fileSystem;
    this.files = files;
  }

  int read(Request request) {
    int size = request.u32(IO_SIZE);
    long offset = request.u64(IO_OFFSET);
    checkSize(size);
    OpenFlags.checkAligned(request.u32(IO_FILE_FLAGS), offset, size);
    OpenFile file = files.get(request.u64(IO_HANDLE));
    return fileSystem.tryRead(file, offset, request.replyBody(), Request.PAYLOAD, size);
  }

  int write(Request request) {
    int size = request.u32(IO_SIZE);
    long offset = request.u64(IO_OFFSET);
    int flags = request.u32(IO_FILE_FLAGS);
    checkSize(size);
    OpenFlags.checkAligned(flags, offset, size);
    OpenFile file = files.get(request.u64(IO_HANDLE));
    boolean plain = (flags & SYNC) == 0 && (request.u32(WRITE_FLAGS) & WRITE_KILL_SUIDGID) == 0
        && ((flags | file.flags()) & OpenFlags.APPEND) == 0;
    if (!plain) {
      return NOT_NOW;
    }
    int written = fileSystem.tryWrite(file, offset, request.written(), Request.PAYLOAD, size);
    return written == NOT_NOW ? NOT_NOW : written(request, written);
  }

  /** Writes a fuse_write_out. */
  static int written(Request request, int bytes) {
    request.set32(0, bytes);
    request.set32(4, 0);
    return WRITE_OUT_BYTES;
  }

  static void checkSize(int size) {
    Invariant.check(size >= 0 && size <= Request.MAX_PAYLOAD_BYTES,
        "the kernel keeps to max_read and max_write", size);
  }
}
