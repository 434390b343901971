package cfs.stress.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The mount points below one directory, as the kernel lists them (proc_pid_mountinfo(5), field 5). */
final class Mounts {
  private Mounts() {}

  static List<Path> below(Path directory) {
    try {
      return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
          .map(line -> Path.of(line.split(" ")[4]))
          .filter(point -> point.startsWith(directory)).toList();
    } catch (IOException noProc) {
      throw new UncheckedIOException(noProc);
    }
  }

  /** Takes them away even when in use; their daemons are dead by now. */
  static void detach(Path directory) {
    for (Path point : below(directory)) {
      Run.command(Duration.ofSeconds(20), "umount -l " + point, List.of("umount", "-l", point.toString()));
    }
  }
}
