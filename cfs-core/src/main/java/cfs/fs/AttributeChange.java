package cfs.fs;

/**
 * What setattr changes: {@code mask} says which fields count. {@code ACCESS_NOW}/{@code MODIFY_NOW} take the host's clock.
 * {@code KILL_PRIVILEGES}: clear setuid, and setgid where group-executable, as chown/truncate/write by an unprivileged user do.
 */
public record AttributeChange(
    int mask, int mode, int uid, int gid, long sizeBytes, long accessNanos, long modifyNanos,
    long changeNanos) {
  public static final int MODE = 1;
  public static final int UID = 2;
  public static final int GID = 4;
  public static final int SIZE = 8;
  public static final int ACCESS = 16;
  public static final int MODIFY = 32;
  public static final int ACCESS_NOW = 64;
  public static final int MODIFY_NOW = 128;
  public static final int CHANGE = 256;
  public static final int KILL_PRIVILEGES = 512;

  public boolean has(int bit) {
    return (mask & bit) != 0;
  }
}
