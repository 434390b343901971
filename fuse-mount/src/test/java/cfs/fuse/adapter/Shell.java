package cfs.fuse.adapter;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** What tests do to a mount from outside: reads and writes of one buffer, and shell commands. */
final class Shell {
  private Shell() {}

  static long pwrite(int fd, MemorySegment from, long count, long offset) {
    return Errno.result(Posix.C.pwrite(fd, from.address(), count, offset));
  }

  static long pread(int fd, MemorySegment to, long count, long offset) {
    return Errno.result(Posix.C.pread(fd, to.address(), count, offset));
  }

  /** Output of a shell command run in {@code directory}; fails unless it exits with 0 within a minute. */
  static String sh(Path directory, String command) {
    try {
      Process process = new ProcessBuilder("sh", "-ec", command).directory(directory.toFile())
          .redirectErrorStream(true)
          .start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new AssertionError(command + " failed: " + output);
      }
      return output;
    } catch (IOException e) {
      throw new AssertionError(command, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(command, e);
    }
  }
}
