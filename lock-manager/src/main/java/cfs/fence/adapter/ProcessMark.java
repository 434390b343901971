package cfs.fence.adapter;

import cfs.error.FsError;
import cfs.error.FsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process for ever: a pid is used again after its process ended, but never with the same start time in the same boot
 * (proc(5): field 22 of /proc/pid/stat, clock ticks since boot).
 *
 * @param boot /proc/sys/kernel/random/boot_id
 */
record ProcessMark(long pid, long startTicks, String boot) {
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  /** Fields after the command name, which is in parentheses and may itself hold spaces and parentheses. */
  private static final int START_FIELD_AFTER_COMMAND = 19;

  static ProcessMark self() {
    long pid = ProcessHandle.current().pid();
    return of(pid).orElseThrow(() -> new FsException(FsError.NOT_SUPPORTED, "/proc is not mounted"));
  }

  /** The process that has this pid now; empty when there is none. A zombie counts: its pid is not free yet. */
  static Optional<ProcessMark> of(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return Optional.of(new ProcessMark(pid, Long.parseLong(fields[START_FIELD_AFTER_COMMAND]),
          Files.readString(BOOT_ID).strip()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Whether this very process is still there. */
  boolean alive() {
    return of(pid).filter(this::equals).isPresent();
  }
}
