package cfs.fuse;

import static cfs.fuse.wire.AttributeFrames.*;

import cfs.fs.AttributeChange;
import cfs.fs.FileSystem;
import cfs.fs.VolumeStatistics;

/** Requests about attributes and about the volume as a whole. */
final class AttributeCalls {
  private static final int MAX_NAME_BYTES = 255;

  private final FileSystem fileSystem;
  private final Nodes nodes;
  private final long validNanos;

  /** @param validNanos for how long the kernel may use the answer to GETATTR; see {@link Session.Options} */
  AttributeCalls(FileSystem fileSystem, Nodes nodes, long validNanos) {
    this.fileSystem = fileSystem;
    this.nodes = nodes;
    this.validNanos = validNanos;
  }

  int get(Request request) {
    return nodes.attributes(request, fileSystem.attributes(nodes.inode(request)), validNanos);
  }

  int set(Request request) {
    long inode = nodes.inode(request);
    AttributeChange change = change(request, chownsFile(request, inode));
    return nodes.attributes(request, fileSystem.setAttributes(inode, change), 0);
  }

  /** With HANDLE_KILLPRIV_V2 the kernel leaves it to us that chown(2) of anything but a directory clears setuid. */
  private boolean chownsFile(Request request, long inode) {
    boolean chown = (request.u32(SETATTR_VALID) & (FATTR_UID | FATTR_GID)) != 0;
    return chown && !fileSystem.attributes(inode).isDirectory();
  }

  private static AttributeChange change(Request request, boolean killPrivileges) {
    return new AttributeChange(
        mask(request.u32(SETATTR_VALID)) | (killPrivileges ? AttributeChange.KILL_PRIVILEGES : 0),
        request.u32(SETATTR_MODE) & 07777, request.u32(SETATTR_UID), request.u32(SETATTR_GID),
        request.u64(SETATTR_SIZE), Nodes.nanos(request.u64(SETATTR_ATIME), request.u32(SETATTR_ATIME_NANOS)),
        Nodes.nanos(request.u64(SETATTR_MTIME), request.u32(SETATTR_MTIME_NANOS)),
        Nodes.nanos(request.u64(SETATTR_CTIME), request.u32(SETATTR_CTIME_NANOS)));
  }

  /** FATTR_* to {@link AttributeChange}; the kernel sets ATIME together with ATIME_NOW, the change has one of them. */
  static int mask(int valid) {
    return bit(valid, FATTR_MODE, AttributeChange.MODE) | bit(valid, FATTR_UID, AttributeChange.UID)
        | bit(valid, FATTR_GID, AttributeChange.GID) | bit(valid, FATTR_SIZE, AttributeChange.SIZE)
        | time(valid, FATTR_ATIME, FATTR_ATIME_NOW, AttributeChange.ACCESS, AttributeChange.ACCESS_NOW)
        | time(valid, FATTR_MTIME, FATTR_MTIME_NOW, AttributeChange.MODIFY, AttributeChange.MODIFY_NOW)
        | bit(valid, FATTR_CTIME, AttributeChange.CHANGE)
        | bit(valid, FATTR_KILL_SUIDGID, AttributeChange.KILL_PRIVILEGES);
  }

  private static int bit(int valid, int from, int to) {
    return (valid & from) != 0 ? to : 0;
  }

  private static int time(int valid, int given, int now, int toGiven, int toNow) {
    return (valid & now) != 0 ? toNow : bit(valid, given, toGiven);
  }

  int statistics(Request request) {
    VolumeStatistics volume = fileSystem.statistics();
    request.clear(0, STATFS_OUT_BYTES);
    request.set64(STATFS_BLOCKS, volume.totalBlocks());
    request.set64(STATFS_FREE, volume.freeBlocks());
    request.set64(STATFS_AVAILABLE, volume.usableBlocks());
    request.set64(STATFS_FILES, volume.inodes());
    request.set64(STATFS_FILES_FREE, volume.freeInodes());
    request.set32(STATFS_BLOCK_BYTES, volume.blockBytes());
    request.set32(STATFS_FRAGMENT_BYTES, volume.blockBytes());
    request.set32(STATFS_NAME_BYTES, MAX_NAME_BYTES);
    return STATFS_OUT_BYTES;
  }

  int syncVolume(Request request) {
    fileSystem.sync();
    return 0;
  }
}
