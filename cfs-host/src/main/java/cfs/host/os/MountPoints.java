package cfs.host.os;

import cfs.host.problem.Problem;
import cfs.host.problem.ProblemCode;
import java.nio.file.Files;
import java.nio.file.Path;

/** Mistakes with mount points that can be seen before anything is started. */
public final class MountPoints {
  private MountPoints() {}

  /** For commands: a dead FUSE mount is no obstacle, because it is taken away before the daemon starts. */
  public static void requireDirectory(Path point) {
    if (MountTable.at(point).isPresent()) {
      return;
    }
    if (!Files.exists(point)) {
      throw new Problem(ProblemCode.MOUNT_POINT_MISSING, "The mount point " + point + " does not exist",
          "mkdir -p " + point);
    }
    if (!Files.isDirectory(point)) {
      throw new Problem(ProblemCode.MOUNT_POINT_NOT_DIRECTORY,
          "The mount point " + point + " is not a directory",
          "ls -ld " + point);
    }
  }

  /** For the daemon: nothing is mounted there now. */
  public static void requireFree(Path point) {
    if (MountTable.at(point).isPresent()) {
      throw new Problem(ProblemCode.MOUNT_POINT_BUSY, "Something is mounted at " + point + " already",
          "findmnt " + point);
    }
    requireDirectory(point);
  }
}
