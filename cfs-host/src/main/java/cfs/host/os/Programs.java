package cfs.host.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Runs small programs of the system with a bounded wait. */
public final class Programs {
  /** @param output what the program said on both streams, without the last line end */
  public record Result(int exitCode, String output) {}

  private Programs() {}

  /** Empty when the program is not installed or did not end in time (it is killed then). */
  public static Optional<Result> run(List<String> command, Duration patience) {
    try {
      Path output = Files.createTempFile("cfs-program", ".out");
      try {
        Process process = new ProcessBuilder(command).redirectErrorStream(true)
            .redirectOutput(output.toFile()).start();
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly();
          return Optional.empty();
        }
        return Optional
            .of(new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8).strip()));
      } finally {
        Files.delete(output);
      }
    } catch (IOException notThere) {
      return Optional.empty();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** Whether a program of this name is in the PATH. */
  public static boolean installed(String program) {
    String path = System.getenv().getOrDefault("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    return Arrays.stream(path.split(":")).map(Path::of)
        .anyMatch(dir -> Files.isExecutable(dir.resolve(program)));
  }

  /** Whether this process is root; FUSE is then mounted without fusermount3. */
  public static boolean isRoot() {
    try {
      return Files.readString(Path.of("/proc/self/status")).lines().filter(line -> line.startsWith("Uid:"))
          .anyMatch(line -> line.split("\\s+")[2].equals("0"));
    } catch (IOException noProc) {
      throw new UncheckedIOException(noProc);
    }
  }
}
