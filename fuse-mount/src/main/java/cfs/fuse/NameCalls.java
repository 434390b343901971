package cfs.fuse;

import static cfs.fuse.wire.NameFrames.*;

import cfs.fs.FileSystem;

/** Requests about names in directories, and the references that the kernel holds to what it looked up. */
final class NameCalls {
  private final FileSystem fileSystem;
  private final Nodes nodes;

  NameCalls(FileSystem fileSystem, Nodes nodes) {
    this.fileSystem = fileSystem;
    this.nodes = nodes;
  }

  int lookup(Request request) {
    return nodes.entry(request, fileSystem.lookup(nodes.inode(request), request.name(0, 0)));
  }

  int forget(Request request) {
    fileSystem.forget(nodes.inode(request), request.u64(FORGET_COUNT));
    return Request.NO_REPLY;
  }

  int batchForget(Request request) {
    int count = request.u32(BATCH_FORGET_COUNT);
    for (int i = 0; i < count; i++) {
      long at = BATCH_FORGET_IN_BYTES + (long) i * FORGET_ONE_BYTES;
      long inode = nodes.translate(request.u64(at + FORGET_ONE_NODE));
      fileSystem.forget(inode, request.u64(at + FORGET_ONE_COUNT));
    }
    return Request.NO_REPLY;
  }

  int readLink(Request request) {
    byte[] target = fileSystem.readLink(nodes.inode(request));
    request.setBytes(0, target);
    return target.length;
  }

  int symlink(Request request) {
    byte[] name = request.name(0, 0);
    byte[] target = request.name(0, 1);
    return nodes.entry(request, fileSystem.symlink(nodes.inode(request), name, target, request.caller()));
  }

  int makeNode(Request request) {
    int mode = request.u32(MKNOD_MODE) & ~request.u32(MKNOD_UMASK);
    return nodes.entry(request,
        fileSystem.makeNode(nodes.inode(request), request.name(MKNOD_IN_BYTES, 0), mode,
            request.u32(MKNOD_RDEV), request.caller()));
  }

  int makeDirectory(Request request) {
    int mode = request.u32(MKDIR_MODE) & ~request.u32(MKDIR_UMASK);
    return nodes.entry(request,
        fileSystem.makeDirectory(nodes.inode(request), request.name(MKDIR_IN_BYTES, 0), mode,
            request.caller()));
  }

  int link(Request request) {
    long inode = nodes.translate(request.u64(LINK_OLD_NODE));
    return nodes.entry(request, fileSystem.link(inode, nodes.inode(request), request.name(LINK_IN_BYTES, 0)));
  }

  int unlink(Request request) {
    fileSystem.unlink(nodes.inode(request), request.name(0, 0));
    return 0;
  }

  int removeDirectory(Request request) {
    fileSystem.removeDirectory(nodes.inode(request), request.name(0, 0));
    return 0;
  }

  int rename(Request request) {
    return rename(request, RENAME_IN_BYTES, 0);
  }

  int rename2(Request request) {
    return rename(request, RENAME2_IN_BYTES, request.u32(RENAME2_FLAGS));
  }

  private int rename(Request request, int namesAt, int flags) {
    long newParent = nodes.translate(request.u64(RENAME_NEW_PARENT));
    fileSystem.rename(nodes.inode(request), request.name(namesAt, 0), newParent, request.name(namesAt, 1),
        flags);
    return 0;
  }
}
