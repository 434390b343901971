package cfs.error;

/**
 * Every reason for which CFS refuses something: a stable name, the Linux errno that the FUSE boundary answers
 * (errno-base.h, errno.h), and one sentence of advice for people.
 */
public enum FsError {
  NOT_PERMITTED(1, "The operation is not permitted for this user or this object."),
  NO_ENTRY(2, "No such file or directory."),
  IO(5, "The LUN returned an I/O error; see the daemon's log and `cfs status`."),
  NO_XATTR(61, "The file has no such extended attribute."),
  WOULD_BLOCK(11, "The resource is busy; try again."),
  NO_MEMORY(12, "The daemon's memory ceiling is reached."),
  ACCESS(13, "Permission denied."),
  BUSY(16, "The object is in use."),
  EXISTS(17, "The name exists already."),
  CROSS_DEVICE(18, "Source and target are on different volumes."),
  NOT_DIRECTORY(20, "A path component is not a directory."),
  IS_DIRECTORY(21, "The object is a directory."),
  INVALID(22, "An argument is invalid."),
  FILE_TOO_BIG(27, "The file would exceed the largest file size."),
  NO_SPACE(28, "The volume is full; delete files or expand the volume."),
  READ_ONLY(30, "The volume is mounted read-only."),
  TOO_MANY_LINKS(31, "The link count would exceed the limit."),
  RANGE(34, "The buffer is too small for the result."),
  NAME_TOO_LONG(36, "The name is longer than 255 bytes."),
  NOT_IMPLEMENTED(38, "CFS does not implement this call."),
  NOT_EMPTY(39, "The directory is not empty."),
  TOO_MANY_SYMLINKS(40, "Too many levels of symbolic links."),
  NOT_SUPPORTED(95, "CFS does not support this operation."),
  NO_DEVICE_ADDRESS(6, "No data at or after this offset."),
  TIMED_OUT(110, "The cluster did not answer in time; see `cfs status`."),
  STALE(116, "The file was deleted on another host."),
  CORRUPT(117, "Damaged metadata was found; unmount everywhere and run `cfs fsck`."),
  FENCED(108, "This host lost its membership; its I/O is refused until it joins again.");

  private final int errno;
  private final String advice;

  FsError(int errno, String advice) {
    this.errno = errno;
    this.advice = advice;
  }

  /** Positive Linux errno. */
  public int errno() {
    return errno;
  }

  public String advice() {
    return advice;
  }
}
