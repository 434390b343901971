package cfs.fuse;

import static cfs.fuse.wire.FileFrames.*;

import cfs.fs.AttributeChange;
import cfs.fs.FileSystem;
import cfs.fs.OpenFile;

/** Requests about open files that may wait for cluster locks, metadata or other threads. */
final class FileCalls {
  /** S_ISUID and S_ISGID of inode(7). */
  private static final int SETUID_SETGID = 06000;

  private static final AttributeChange KILL_PRIVILEGES = new AttributeChange(AttributeChange.KILL_PRIVILEGES,
      0, 0, 0, 0,
      0, 0, 0);

  private final FileSystem fileSystem;
  private final Nodes nodes;
  private final OpenFiles files;

  FileCalls(FileSystem fileSystem, Nodes nodes, OpenFiles files) {
    this.fileSystem = fileSystem;
    this.nodes = nodes;
    this.files = files;
  }

  int open(Request request) {
    long inode = nodes.inode(request);
    if ((request.u32(OPEN_OPEN_FLAGS) & OPEN_KILL_SUIDGID) != 0) {
      killPrivileges(inode);
    }
    return opened(request, 0, fileSystem.open(inode, request.u32(OPEN_FLAGS)));
  }

  int create(Request request) {
    int mode = request.u32(CREATE_MODE) & ~request.u32(CREATE_UMASK);
    FileSystem.Created created = fileSystem.create(nodes.inode(request), request.name(CREATE_IN_BYTES, 0),
        mode,
        request.u32(CREATE_FLAGS), request.caller());
    return opened(request, nodes.entry(request, created.attributes()), created.file());
  }

  /** Writes a fuse_open_out at {@code at}. No page cache, hence nothing in it to flush at close. */
  private int opened(Request request, int at, OpenFile file) {
    request.clear(at, OPEN_OUT_BYTES);
    request.set64(at + OPEN_OUT_HANDLE, files.add(fileSystem, file));
    request.set32(at + OPEN_OUT_FLAGS, FOPEN_DIRECT_IO | FOPEN_PARALLEL_DIRECT_WRITES | FOPEN_NOFLUSH);
    return at + OPEN_OUT_BYTES;
  }

  int read(Request request) {
    OpenFile file = files.get(request.u64(IO_HANDLE));
    return fileSystem.read(file, request.u64(IO_OFFSET), request.replyBody(), Request.PAYLOAD,
        request.u32(IO_SIZE));
  }

  int write(Request request) {
    int flags = request.u32(IO_FILE_FLAGS);
    OpenFile file = files.get(request.u64(IO_HANDLE), OpenFlags.isAppend(flags), fileSystem::open);
    if ((request.u32(WRITE_FLAGS) & WRITE_KILL_SUIDGID) != 0) {
      killPrivileges(file.inode());
    }
    int written = fileSystem.write(file, request.u64(IO_OFFSET), request.written(), Request.PAYLOAD,
        request.u32(IO_SIZE));
    syncIfAsked(file, flags);
    return FastPath.written(request, written);
  }

  /** O_SYNC, O_DSYNC and RWF_DSYNC of pwritev2(2) arrive as flags of the request; the kernel does not fsync by itself. */
  private void syncIfAsked(OpenFile file, int flags) {
    if ((flags & (OpenFlags.DATA_SYNC | OpenFlags.FULL_SYNC)) != 0) {
      fileSystem.fsync(file, (flags & OpenFlags.FULL_SYNC) == 0);
    }
  }

  /** Every write of a process without CAP_FSETID asks for this, so look before changing anything. */
  private void killPrivileges(long inode) {
    if ((fileSystem.attributes(inode).mode() & SETUID_SETGID) != 0) {
      fileSystem.setAttributes(inode, KILL_PRIVILEGES);
    }
  }

  /** Close is no promise of durability: fsync(2) is. */
  int flush(Request request) {
    return 0;
  }

  int release(Request request) {
    files.remove(request.u64(HANDLE)).forEach(fileSystem::release);
    return 0;
  }

  int fsync(Request request) {
    fileSystem.fsync(files.get(request.u64(HANDLE)), (request.u32(FSYNC_FLAGS) & FSYNC_FDATASYNC) != 0);
    return 0;
  }

  int allocate(Request request) {
    OpenFile file = files.get(request.u64(HANDLE));
    fileSystem.fallocate(file, request.u32(FALLOCATE_MODE), request.u64(FALLOCATE_OFFSET),
        request.u64(FALLOCATE_LENGTH));
    return 0;
  }

  int seek(Request request) {
    OpenFile file = files.get(request.u64(HANDLE));
    request.set64(0, fileSystem.seek(file, request.u64(LSEEK_OFFSET), request.u32(LSEEK_WHENCE)));
    return LSEEK_OUT_BYTES;
  }
}
