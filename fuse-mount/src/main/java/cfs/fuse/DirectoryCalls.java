package cfs.fuse;

import static cfs.fuse.wire.FileFrames.*;

import cfs.error.Invariant;
import cfs.fs.FileSystem;
import cfs.fs.OpenFile;

/** Requests about open directories; nothing of a directory is cached by the kernel. */
final class DirectoryCalls {
  private final FileSystem fileSystem;
  private final Nodes nodes;
  private final OpenFiles files;

  DirectoryCalls(FileSystem fileSystem, Nodes nodes, OpenFiles files) {
    this.fileSystem = fileSystem;
    this.nodes = nodes;
    this.files = files;
  }

  int open(Request request) {
    OpenFile directory = fileSystem.open(nodes.inode(request), request.u32(OPEN_FLAGS));
    request.clear(0, OPEN_OUT_BYTES);
    request.set64(OPEN_OUT_HANDLE, files.add(fileSystem, directory));
    return OPEN_OUT_BYTES;
  }

  int read(Request request) {
    FastPath.checkSize(request.u32(IO_SIZE));
    Listing listing = new Listing(request, request.u32(IO_SIZE));
    fileSystem.readDirectory(files.get(request.u64(IO_HANDLE)), request.u64(IO_OFFSET), listing);
    return listing.usedBytes;
  }

  /** Entries in the reply body. Invariant: usedBytes is a multiple of 8 and at most capacityBytes. */
  private static final class Listing implements cfs.fs.DirectorySink {
    private final Request request;
    private final int capacityBytes;
    private int usedBytes;

    Listing(Request request, int capacityBytes) {
      this.request = request;
      this.capacityBytes = capacityBytes;
    }

    @Override
    public boolean add(byte[] name, long inode, int type, long nextCookie) {
      Invariant.check(name.length >= 1 && name.length <= 255, "a directory entry has a name", name.length);
      int bytes = DIRENT_BYTES + name.length + 7 & ~7;
      if (bytes > capacityBytes - usedBytes) {
        return false;
      }
      request.set64(usedBytes + bytes - 8, 0);
      request.set64(usedBytes + DIRENT_INODE, inode);
      request.set64(usedBytes + DIRENT_COOKIE, nextCookie);
      request.set32(usedBytes + DIRENT_NAME_BYTES, name.length);
      request.set32(usedBytes + DIRENT_TYPE, type);
      request.setBytes(usedBytes + DIRENT_BYTES, name);
      usedBytes += bytes;
      return true;
    }
  }
}
