package cfs.stress.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program to its end, within a limit. */
public final class Run {
  private Run() {}

  public static Output command(Duration limit, String shown, List<String> command) {
    try {
      // Into files, not pipes: a daemon that the command starts may inherit them and keep a pipe open for ever.
      Path out = Files.createTempFile("cfs-e2e", ".out");
      Path err = Files.createTempFile("cfs-e2e", ".err");
      try {
        Process process = new ProcessBuilder(command).redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        if (!ended) {
          process.destroyForcibly().waitFor();
        }
        Output output = new Output(shown, ended ? process.exitValue() : -1, Files.readString(out),
            Files.readString(err));
        if (!ended) {
          throw new AssertionError("Not done within " + limit.toSeconds() + " s: " + output);
        }
        return output;
      } finally {
        Files.deleteIfExists(out);
        Files.deleteIfExists(err);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(shown, failed);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for " + shown, stopped);
    }
  }

  /** As {@link #command}, and anything but exit code 0 fails the test. */
  public static Output successfully(Duration limit, String... command) {
    Output output = command(limit, String.join(" ", command), List.of(command));
    if (output.exit() != 0) {
      throw new AssertionError(output.toString());
    }
    return output;
  }
}
