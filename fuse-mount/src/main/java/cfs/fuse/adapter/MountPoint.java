package cfs.fuse.adapter;

import cfs.fuse.MountException;
import cfs.fuse.MountException.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Looks at a mount point before it is used, so that every mistake has its own answer. */
final class MountPoint {
  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");

  private MountPoint() {}

  /** The canonical path of an existing directory that is not a mount point. */
  static Path check(Path mountPoint) {
    Path real = resolve(mountPoint);
    if (isMounted(real)) {
      throw new MountException(Code.ALREADY_MOUNTED, "Something is mounted on " + real + " already.",
          "findmnt " + real);
    }
    return real;
  }

  private static Path resolve(Path mountPoint) {
    Path absolute = mountPoint.toAbsolutePath().normalize();
    // A dead daemon's mount cannot be looked at (ENOTCONN), but it is in the table.
    if (!Files.isReadable(absolute) && isMounted(absolute)) {
      throw new MountException(Code.MOUNT_POINT_STALE,
          "A daemon that died left its mount on " + absolute + ".",
          "umount -l " + absolute);
    }
    if (!Files.exists(absolute)) {
      throw new MountException(Code.MOUNT_POINT_MISSING, "The mount point " + absolute + " does not exist.",
          "mkdir -p " + absolute);
    }
    if (!Files.isDirectory(absolute)) {
      throw new MountException(Code.MOUNT_POINT_NOT_DIRECTORY,
          "The mount point " + absolute + " is not a directory.",
          "ls -ld " + absolute);
    }
    return real(absolute);
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      throw new MountException(Code.NO_PERMISSION,
          "The mount point " + path + " cannot be resolved: " + e.getMessage()
              + ".",
          "ls -ld " + path);
    }
  }

  /** Whether a file system is mounted exactly here. */
  static boolean isMounted(Path path) {
    return device(path) != null;
  }

  /** The device number "major:minor" of what is mounted here last, the third field of its line in mountinfo. */
  static @Nullable String device(Path path) {
    String wanted = escaped(path.toString());
    try (var lines = Files.lines(MOUNTS)) {
      return lines.map(line -> line.split(" ", 6)).filter(fields -> fields[4].equals(wanted))
          .map(fields -> fields[2])
          .reduce((first, later) -> later).orElse(null);
    } catch (IOException e) {
      throw new MountException(Code.KERNEL_REFUSED,
          "The mounts of this process cannot be read: " + e.getMessage() + ".",
          "cat " + MOUNTS);
    }
  }

  /** proc(5): blank, tab, newline and backslash are octal. */
  private static String escaped(String path) {
    return path.replace("\\", "\\134").replace(" ", "\\040").replace("\t", "\\011").replace("\n", "\\012");
  }
}
