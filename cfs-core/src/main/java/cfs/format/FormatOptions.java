package cfs.format;

import cfs.error.FsError;
import cfs.error.FsException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * What a new volume starts with. The caller draws uuid and hash seed and reads the clock, so that the same options always
 * make the same volume.
 *
 * @param name shown to people, 1 to 64 bytes of UTF-8
 * @param nowNanos times of the root directory, nanoseconds since 1970 UTC
 * @param rootMode permission bits of the root directory
 */
public record FormatOptions(
    UUID volume, UUID cluster, String name, long hashSeed, long nowNanos, int rootUid, int rootGid,
    int rootMode) {
  public static final int ROOT_MODE = 0755;

  private static final int PERMISSIONS = 07777;

  public FormatOptions {
    int length = name.getBytes(StandardCharsets.UTF_8).length;
    if (length == 0 || length > Superblock.NAME_BYTES || name.indexOf(0) >= 0) {
      throw new FsException(FsError.INVALID, "A volume name has 1 to " + Superblock.NAME_BYTES + " bytes.");
    }
    if ((rootMode & ~PERMISSIONS) != 0) {
      throw new FsException(FsError.INVALID, "The mode of the root directory has permission bits only.");
    }
  }

  /** Root directory of user 0, mode 0755. */
  public FormatOptions(UUID volume, UUID cluster, String name, long hashSeed, long nowNanos) {
    this(volume, cluster, name, hashSeed, nowNanos, 0, 0, ROOT_MODE);
  }
}
