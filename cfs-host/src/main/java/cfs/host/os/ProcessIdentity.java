package cfs.host.os;

import cfs.host.problem.Problem;
import cfs.host.problem.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * Names one process for good: a process id alone is used again by Linux, together with its start time in clock ticks since
 * boot (proc(5), field 22 of stat) and the boot's id it is not. Signals go only to processes that still match.
 */
public record ProcessIdentity(long pid, long startTicks, String bootId) {
  private static final int STATE_FIELD = 0;
  private static final int START_FIELD = 19;

  public static ProcessIdentity current() {
    return of(ProcessHandle.current().pid())
        .orElseThrow(() -> new IllegalStateException("/proc is not mounted"));
  }

  /** Empty when there is no such process, or only its zombie. */
  public static Optional<ProcessIdentity> of(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
      if (fields.get(STATE_FIELD).matches("[ZXx]") && !hasThreads(pid)) {
        return Optional.empty();
      }
      return Optional.of(new ProcessIdentity(pid, Long.parseLong(fields.get(START_FIELD)), currentBoot()));
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  /** The first thread of a killed process is a zombie while others still end; files and locks are held until the last. */
  private static boolean hasThreads(long pid) {
    String[] threads = Path.of("/proc", Long.toString(pid), "task").toFile().list();
    return threads != null && threads.length > 1;
  }

  public boolean alive() {
    return of(pid).filter(this::equals).isPresent();
  }

  /** Sends SIGTERM, or SIGKILL when {@code force}; nothing when the process is gone. */
  public void signal(boolean force) {
    ProcessHandle.of(pid).filter(handle -> alive()).ifPresent(handle -> {
      if (force) {
        handle.destroyForcibly();
      } else {
        handle.destroy();
      }
    });
  }

  public void write(Path file) {
    try {
      Path temporary = file.resolveSibling(file.getFileName() + ".new");
      Files.writeString(temporary, pid + " " + startTicks + " " + bootId + "\n");
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException failed) {
      throw new Problem(ProblemCode.RUN_DIRECTORY, "The process file " + file + " cannot be written: "
          + failed.getMessage(), "df -h " + file.getParent(), failed);
    }
  }

  /** Empty when the file is missing or not of this form, as after a crash in the middle of nothing. */
  public static Optional<ProcessIdentity> read(Path file) {
    try {
      String[] words = Files.readString(file).strip().split(" ");
      return words.length == 3
          ? Optional.of(new ProcessIdentity(Long.parseLong(words[0]), Long.parseLong(words[1]),
              words[2]))
          : Optional.empty();
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    } catch (IOException | NumberFormatException unreadable) {
      return Optional.empty();
    }
  }

  /** The process that {@code file} names, if it still lives. */
  public static Optional<ProcessIdentity> living(Path file) {
    return read(file).filter(ProcessIdentity::alive);
  }

  private static String currentBoot() throws IOException {
    return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
  }
}
