package cfs.fuse;

import static cfs.fuse.wire.NameFrames.*;

import cfs.error.FsError;
import cfs.error.FsException;
import cfs.fs.FileSystem;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Requests about extended attributes. */
final class XattrCalls {
  private static final byte[] SYSTEM = "system.".getBytes(StandardCharsets.US_ASCII);

  private final FileSystem fileSystem;
  private final Nodes nodes;

  XattrCalls(FileSystem fileSystem, Nodes nodes) {
    this.fileSystem = fileSystem;
    this.nodes = nodes;
  }

  int get(Request request) {
    byte[] value = fileSystem.getXattr(nodes.inode(request), supported(request.name(GETXATTR_IN_BYTES, 0)));
    return answer(request, value);
  }

  int set(Request request) {
    byte[] name = supported(request.name(SETXATTR_IN_BYTES, 0));
    byte[] value = request.bytes(SETXATTR_IN_BYTES + name.length + 1L, request.u32(SETXATTR_SIZE));
    fileSystem.setXattr(nodes.inode(request), name, value, request.u32(SETXATTR_FLAGS));
    return 0;
  }

  int list(Request request) {
    return answer(request, joined(fileSystem.listXattrs(nodes.inode(request))));
  }

  int remove(Request request) {
    fileSystem.removeXattr(nodes.inode(request), supported(request.name(0, 0)));
    return 0;
  }

  /** Size 0 asks for the size only; a buffer that is too small gets ERANGE. */
  private static int answer(Request request, byte[] value) {
    int capacity = request.u32(GETXATTR_SIZE);
    if (capacity == 0) {
      request.set32(0, value.length);
      request.set32(4, 0);
      return GETXATTR_OUT_BYTES;
    }
    if (value.length > capacity) {
      throw new FsException(FsError.RANGE);
    }
    request.setBytes(0, value);
    return value.length;
  }

  /** Names with a NUL after each, as listxattr(2) returns them. */
  private static byte[] joined(List<byte[]> names) {
    int bytes = 0;
    for (byte[] name : names) {
      bytes += name.length + 1;
    }
    byte[] joined = new byte[bytes];
    int at = 0;
    for (byte[] name : names) {
      System.arraycopy(name, 0, joined, at, name.length);
      at += name.length + 1;
    }
    return joined;
  }

  /** An access list that is stored but not enforced would be a lie, so system.posix_acl_* is refused. */
  private static byte[] supported(byte[] name) {
    if (java.util.Arrays.mismatch(name, SYSTEM) >= SYSTEM.length) {
      throw new FsException(FsError.NOT_SUPPORTED, "POSIX access lists are not supported");
    }
    return name;
  }
}
