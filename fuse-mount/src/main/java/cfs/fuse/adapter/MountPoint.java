package cfs.fuse.adapter;

import cfs.fuse.MountException;
import cfs.fuse.MountException.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

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

  /** Whether the fifth field of a line of mountinfo is this path. */
  static boolean isMounted(Path path) {
    String wanted = escaped(path.toString());
    try (var lines = Files.lines(MOUNTS)) {
      return lines.anyMatch(line -> line.split(" ", 6)[4].equals(wanted));
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
