package cfs.stress.cluster;

import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Runs the command line of the product in a process of its own, on exactly the classes that this build made: the test class
 * path without tests. Property {@code cfs.e2e.command} names another one, for example the script of an installed version.
 */
public final class CfsCommand {
  private static final String OTHER = System.getProperty("cfs.e2e.command", "");

  private CfsCommand() {}

  /** Ends within {@code limit}; a command that does not is killed and that is an error. */
  public static Output run(Duration limit, String... arguments) {
    List<String> command = new ArrayList<>(OTHER.isEmpty() ? java() : List.of(OTHER));
    command.addAll(List.of(arguments));
    return Run.command(limit, "cfs " + String.join(" ", arguments), command);
  }

  private static List<String> java() {
    return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-Dcfs.command=./cfs", "-cp", productClassPath(), "cfs.host.Main");
  }

  /** Test classes bring a logging configuration of their own, which must not reach the daemons. */
  private static String productClassPath() {
    String all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return Arrays.stream(all.split(File.pathSeparator))
        .filter(entry -> !entry.contains("test-classes") && !entry.endsWith("-tests.jar"))
        .collect(Collectors.joining(File.pathSeparator));
  }
}
