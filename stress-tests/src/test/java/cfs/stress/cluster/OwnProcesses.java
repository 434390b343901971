package cfs.stress.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * The processes of one run directory, found by that directory's path in their command lines. The path is made for one test
 * and used by nobody else, so no foreign process can match.
 */
final class OwnProcesses {
  private static final long DEATH_SECONDS_MAX = 20;

  private final Path run;

  OwnProcesses(Path run) {
    this.run = run;
  }

  List<ProcessHandle> all() {
    return ProcessHandle.allProcesses().filter(process -> process.pid() != ProcessHandle.current().pid())
        .filter(this::isOurs).toList();
  }

  /** The process that a pid file names (its first word), when it lives and is ours. */
  OptionalLong named(Path pidFile) {
    try {
      long pid = Long.parseLong(Files.readString(pidFile).strip().split("\\s+")[0]);
      return ProcessHandle.of(pid).filter(this::isOurs).isPresent() ? OptionalLong.of(pid)
          : OptionalLong.empty();
    } catch (IOException | NumberFormatException absent) {
      return OptionalLong.empty();
    }
  }

  /** SIGKILL, and waits until it is gone with everything it had open. */
  void kill(long pid) {
    ProcessHandle process = ProcessHandle.of(pid).filter(this::isOurs)
        .orElseThrow(() -> new AssertionError("process " + pid + " is not one of ours"));
    process.destroyForcibly();
    try {
      process.onExit().get(DEATH_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (Exception alive) {
      throw new AssertionError("process " + pid + " survives SIGKILL", alive);
    }
  }

  void killAll() {
    all().forEach(ProcessHandle::destroyForcibly);
  }

  private boolean isOurs(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"))
          .contains(run.toString());
    } catch (IOException gone) {
      return false;
    }
  }
}
