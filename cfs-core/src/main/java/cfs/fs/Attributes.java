package cfs.fs;

/**
 * Attributes of one inode as stat(2) shows them. Times are nanoseconds since 1970 UTC; {@code mode} holds type and permission
 * bits as in inode(7); {@code blocks512} counts allocated 512-byte units; {@code rdev} is Linux's encoded device number.
 */
public record Attributes(
    long inode,
    long generation,
    int mode,
    int linkCount,
    int uid,
    int gid,
    int rdev,
    long sizeBytes,
    long blocks512,
    long accessNanos,
    long modifyNanos,
    long changeNanos) {
  /** File type bits of mode, inode(7). */
  public static final int TYPE_MASK = 0170000;

  public static final int SOCKET = 0140000;
  public static final int SYMLINK = 0120000;
  public static final int REGULAR = 0100000;
  public static final int BLOCK_DEVICE = 0060000;
  public static final int DIRECTORY = 0040000;
  public static final int CHARACTER_DEVICE = 0020000;
  public static final int FIFO = 0010000;

  public boolean isDirectory() {
    return (mode & TYPE_MASK) == DIRECTORY;
  }
}
