package cfs.stress.guest;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cfs.stress.cluster.Output;
import cfs.stress.cluster.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The disk image that stress-tests/guest/make-guest builds. */
public final class GuestImage {
  private static final Duration BUILD_LIMIT = Duration.ofSeconds(240);
  private static final int NO_ARCHIVE = 3;

  private GuestImage() {}

  /** Builds one in {@code directory}; skips the test when the Debian archive, which has the kernel, is out of reach. */
  public static Path build(Path directory) throws IOException {
    Path recipe = Path.of("guest", "make-guest").toAbsolutePath();
    Path cache = Path.of(System.getProperty("cfs.e2e.guestCache",
        Path.of(System.getProperty("user.home"), ".cache", "cfs", "guest").toString()));
    Files.createDirectories(cache);
    Output output = Run.command(BUILD_LIMIT, "make-guest",
        List.of(recipe.toString(), cache.toString(), directory.toString()));
    assumeTrue(output.exit() != NO_ARCHIVE,
        () -> "skipped: the guest's kernel cannot be fetched: " + output.err());
    if (output.exit() != 0) {
      throw new AssertionError(output.toString());
    }
    return directory.resolve("guest.raw");
  }

  /** Copies it as an administrator would; holes stay holes. */
  public static void copy(Path from, Path to) {
    Run.successfully(Duration.ofSeconds(120), "cp", "--sparse=always", from.toString(), to.toString());
  }
}
