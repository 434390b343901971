package cfs.host.os;

import cfs.host.os.MountTable.Mount;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Takes FUSE mounts away whose daemon is gone: every call on them answers "Transport endpoint is not connected". */
public final class Unmount {
  /** Mounts may be stacked when somebody mounted over a dead one. */
  private static final int LAYERS_MAX = 8;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private Unmount() {}

  /** Detaches every FUSE mount at {@code point}; other file systems stay. Returns how many were there. */
  public static int detach(Path point) {
    int layers = 0;
    while (layers < LAYERS_MAX && MountTable.at(point).filter(Mount::isFuse).isPresent()) {
      if (!run(List.of("umount", "-l", point.toString()))
          && !run(List.of("fusermount3", "-u", "-z", point.toString()))) {
        break;
      }
      layers++;
    }
    return layers;
  }

  private static boolean run(List<String> command) {
    return Programs.run(command, PATIENCE).map(result -> result.exitCode() == 0).orElse(false);
  }
}
