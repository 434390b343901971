package cfs.host.local;

import cfs.host.os.Programs;
import cfs.host.problem.Problem;
import cfs.host.problem.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts processes of this program that outlive the command: own session, own JVM, output in the log directory. */
final class Spawn {
  private Spawn() {}

  /**
   * @param name of the process, also of its log files
   * @param ceilingBytes for the whole process: half for the heap, a quarter for network buffers
   * @param arguments of the command line
   */
  static StartingProcess start(String name, Path logDirectory, long ceilingBytes, List<String> arguments) {
    List<String> command = new ArrayList<>();
    if (Programs.installed("setsid")) {
      // A Ctrl-C in the terminal goes to its whole session; the daemons shall not hear it.
      command.add("setsid");
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx" + ((ceilingBytes / 2) >> 20) + "m",
        "-XX:MaxDirectMemorySize=" + ((ceilingBytes / 4) >> 20) + "m",
        "-XX:+UseSerialGC",
        "-XX:+ExitOnOutOfMemoryError",
        "-XX:ErrorFile=" + logDirectory.resolve(name + "-crash-%p.log"),
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-Dlogback.configurationFile=logback-file.xml",
        "-Dcfs.log=" + logDirectory.resolve(name + ".log"),
        "-Dcfs.name=" + name,
        "-Dcfs.command=" + System.getProperty("cfs.command", "./cfs"),
        "-Dcfs.home=" + System.getProperty("cfs.home", "."),
        "-cp", System.getProperty("java.class.path"),
        "cfs.host.Main"));
    command.addAll(arguments);
    try {
      Files.createDirectories(logDirectory);
      Process process = new ProcessBuilder(command)
          .redirectInput(Path.of("/dev/null").toFile())
          .redirectError(ProcessBuilder.Redirect.appendTo(logDirectory.resolve(name + ".out").toFile()))
          .start();
      return new StartingProcess(name, process, logDirectory.resolve(name + ".out"));
    } catch (IOException refused) {
      throw new Problem(ProblemCode.FAILED, name + " cannot be started: " + refused.getMessage(),
          "df -h " + logDirectory, refused);
    }
  }
}
