package cfs.host.os;

import cfs.host.problem.CommandName;
import cfs.host.problem.Problem;
import cfs.host.problem.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The kernel's mount table as this process sees it (proc_pid_mountinfo(5)). */
public final class MountTable {
  /** @param type such as "fuse.cfs"; @param source what mount(8) shows as device */
  public record Mount(Path point, String type, String source) {
    public boolean isFuse() {
      return type.equals("fuse") || type.startsWith("fuse.");
    }
  }

  private MountTable() {}

  public static List<Mount> read() {
    try {
      return parse(Files.readString(Path.of("/proc/self/mountinfo")));
    } catch (IOException noProc) {
      throw new Problem(ProblemCode.FAILED, "/proc/self/mountinfo cannot be read: " + noProc.getMessage(),
          CommandName.cfs("doctor"), noProc);
    }
  }

  /** The topmost mount at exactly this point; never touches the mount itself, which may hang. */
  public static Optional<Mount> at(Path point) {
    Path absolute = canonical(point);
    return read().stream().filter(mount -> mount.point().equals(absolute)).reduce((below, top) -> top);
  }

  /** Symbolic links above a mount point are resolved; the point itself is not touched, because a dead mount fails it. */
  public static Path canonical(Path point) {
    Path absolute = point.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    Path name = absolute.getFileName();
    try {
      return parent == null || name == null ? absolute : parent.toRealPath().resolve(name);
    } catch (IOException noParent) {
      return absolute;
    }
  }

  static List<Mount> parse(String mountinfo) {
    List<Mount> mounts = new ArrayList<>();
    for (String line : mountinfo.lines().toList()) {
      String[] halves = line.split(" - ", 2);
      String[] left = halves[0].split(" ");
      String[] right = halves.length == 2 ? halves[1].split(" ") : new String[0];
      if (left.length >= 5 && right.length >= 2) {
        mounts.add(new Mount(Path.of(unescape(left[4])), unescape(right[0]), unescape(right[1])));
      }
    }
    return mounts;
  }

  private static String unescape(String field) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < field.length(); i++) {
      if (field.charAt(i) == '\\' && i + 3 < field.length()) {
        text.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        text.append(field.charAt(i));
      }
    }
    return text.toString();
  }
}
