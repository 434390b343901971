package cfs.stress.os;

/** What statx(2) says about a file. Times in nanoseconds since 1970, {@code blocks} of 512 bytes. */
public record FileStatus(long inode, int mode, long links, int uid, int gid, long size, long blocks,
    long accessNanos, long modifyNanos, long changeNanos) {
  private static final int TYPE_MASK = 0xF000;

  public boolean isDirectory() {
    return (mode & TYPE_MASK) == 0x4000;
  }

  public boolean isRegular() {
    return (mode & TYPE_MASK) == 0x8000;
  }

  public boolean isSymlink() {
    return (mode & TYPE_MASK) == 0xA000;
  }

  public int permissions() {
    return mode & 0xFFF;
  }
}
