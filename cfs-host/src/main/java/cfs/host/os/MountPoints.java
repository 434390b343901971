package cfs.host.os;

import cfs.host.problem.Problem;
import cfs.host.problem.ProblemCode;
import java.nio.file.Files;
import java.nio.file.Path;

/** Mistakes with mount points that can be seen before anything is started. */
public final class MountPoints {
  private MountPoints() {}

  /** A dead FUSE mount of ours is no obstacle: it is taken away before the next mount. */
  public static void requireUsable(Path point) {
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
}
