package cfs.stress.cluster;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** What an end-to-end test cannot do without; a missing one skips the test and says what to do. */
public final class Needs {
  private Needs() {}

  public static void fuseAndRoot() {
    assumeTrue(Files.exists(Path.of("/dev/fuse")), "skipped: /dev/fuse is missing (modprobe fuse)");
    assumeTrue(isRoot(), "skipped: only root can mount here (run as root)");
  }

  public static void qemu() {
    program("qemu-system-x86_64", "qemu-system-x86");
  }

  private static void program(String name, String debianPackage) {
    boolean found = Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
    assumeTrue(found, "skipped: " + name + " is missing (apt-get install " + debianPackage + ")");
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"))
        || Files.isWritable(Path.of("/proc/1/oom_score_adj"));
  }
}
