package cfs.stress.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A real cluster on this machine, run through the command line like a user would: one coordinator, one daemon per host,
 * file LUNs, one mount per host. As a JUnit extension it starts before the first test of a class and is taken away after the
 * last, whatever happened; after a failure the daemons' logs are printed and the run directory is kept.
 *
 * <p>With the property {@code cfs.e2e.plain} naming a directory of a local file system, all mounts are that directory. That
 * tries the tests themselves: what fails there is the test's fault.
 */
public final class Cluster implements BeforeAllCallback, AfterEachCallback, AfterAllCallback, AutoCloseable {
  /** Generous, since the machine may be busy; what must be quick is measured by the tests themselves. */
  private static final Duration UP_LIMIT = Duration.ofSeconds(180);
  private static final Duration DOWN_LIMIT = Duration.ofSeconds(120);
  private static final Duration FSCK_LIMIT = Duration.ofSeconds(180);
  /** What {@code cfs up} makes by itself. */
  private static final int HOSTS = 2;
  private static final Duration DUMP_LIMIT = Duration.ofSeconds(30);
  private static final String THREADS_SUFFIX = ".threads";
  private static final int LOG_LINES_SHOWN = 120;
  private static final String PLAIN = System.getProperty("cfs.e2e.plain", "");
  private static final Path PARENT = Path.of(System.getProperty("cfs.e2e.directory", "target/e2e"))
      .toAbsolutePath();

  private final Path run;
  private final OwnProcesses processes;
  private final List<String> upOptions;
  private final Thread cleaner = new Thread(this::removeEverything, "cluster-cleaner");
  private boolean failed;

  /**
   * @param name of the run directory; short, since Unix socket paths are
   * @param upOptions of {@code cfs up} beyond {@code --run}
   */
  public Cluster(String name, String... upOptions) {
    this.run = PARENT.resolve(name + "-" + ProcessHandle.current().pid());
    this.processes = new OwnProcesses(run);
    this.upOptions = List.of(upOptions);
  }

  /** True when a plain directory stands in for the cluster. */
  public static boolean isPlain() {
    return !PLAIN.isEmpty();
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    if (isPlain()) {
      Files.createDirectories(mount(1));
      return;
    }
    Needs.fuseAndRoot();
    Files.createDirectories(PARENT);
    Runtime.getRuntime().addShutdownHook(cleaner);
    try {
      up();
    } catch (RuntimeException | Error failure) {
      failed = true;
      close();
      throw failure;
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      failed = true;
      dumpThreads();
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    failed |= context.getExecutionException().isPresent();
    close();
  }

  public Path directory() {
    return run;
  }

  /** Starts what does not run, creating the cluster first when there is none. */
  public Output up() {
    List<String> arguments = new ArrayList<>(List.of("up", "--run", run.toString()));
    arguments.addAll(upOptions);
    Output output = cfs(UP_LIMIT, arguments.toArray(String[]::new));
    if (!isPlain() && Mounts.below(run).size() < HOSTS) {
      throw new AssertionError("not all mounted after up: " + Mounts.below(run) + "\n" + output);
    }
    return output;
  }

  public Output down() {
    Output output = cfs(DOWN_LIMIT, "down", "--run", run.toString());
    if (!isPlain() && !Mounts.below(run).isEmpty()) {
      throw new AssertionError("still mounted after down: " + Mounts.below(run) + "\n" + output);
    }
    return output;
  }

  /** Checks the volume without writing; anything but a clean one fails the test. */
  public Output fsck() {
    return cfs(FSCK_LIMIT, "fsck", "-n", "--run", run.toString());
  }

  public Output status() {
    return cfs(Duration.ofSeconds(30), "status", "--json", "--run", run.toString());
  }

  /** Runs a command that must succeed. */
  public Output cfs(Duration limit, String... arguments) {
    if (isPlain()) {
      return new Output(String.join(" ", arguments), 0, "", "");
    }
    long start = System.nanoTime();
    Output output = CfsCommand.run(limit, arguments);
    System.out.printf("e2e: cfs %s took %d ms%n", arguments[0], (System.nanoTime() - start) / 1_000_000);
    if (output.exit() != 0) {
      throw new AssertionError(output.toString());
    }
    return output;
  }

  public Path mount(int host) {
    return isPlain() ? Path.of(PLAIN).toAbsolutePath() : run.resolve("host" + host).resolve("mnt");
  }

  public long daemonPid(int host) {
    return processes.named(pidFile(host))
        .orElseThrow(() -> new AssertionError("the daemon of host" + host + " does not run"));
  }

  public boolean daemonRuns(int host) {
    return processes.named(pidFile(host)).isPresent();
  }

  /** kill -9; returns when the process is gone. */
  public void killDaemon(int host) {
    processes.kill(daemonPid(host));
  }

  public void killCoordinator() {
    processes.kill(processes.named(run.resolve("coordinator").resolve("coordinator.pid"))
        .orElseThrow(() -> new AssertionError("the coordinator does not run")));
  }

  /** How long the death of a host may stop the others: a silent host is declared dead after this. */
  public Duration leaseBound() {
    try {
      Matcher key = Pattern.compile("(?m)^\\s*session_timeout\\s*=\\s*\"(\\d+)(ms|s)\"")
          .matcher(Files.readString(run.resolve("host1.toml")));
      if (!key.find()) {
        throw new AssertionError("no session_timeout in " + run.resolve("host1.toml"));
      }
      long number = Long.parseLong(key.group(1));
      return key.group(2).equals("s") ? Duration.ofSeconds(number) : Duration.ofMillis(number);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** Stops and removes everything; keeps the run directory when a test failed. */
  @Override
  public void close() {
    if (isPlain()) {
      return;
    }
    if (failed) {
      printLogs();
    }
    removeEverything();
    try {
      Runtime.getRuntime().removeShutdownHook(cleaner);
    } catch (IllegalStateException alreadyShuttingDown) {
      return;
    }
    if (failed) {
      System.out.println("e2e: kept " + run);
    } else {
      deleteTree(run);
    }
  }

  /** Needs no cooperation of daemons that may hang. */
  private void removeEverything() {
    processes.killAll();
    Mounts.detach(run);
  }

  /** What the daemons are doing, for the one who looks for a hang: into the log directory. */
  private void dumpThreads() {
    if (isPlain()) {
      return;
    }
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    for (int host = 1; host <= HOSTS; host++) {
      OptionalLong pid = processes.named(pidFile(host));
      if (pid.isPresent()) {
        Output dump = Run.command(DUMP_LIMIT, "jcmd Thread.print",
            List.of(jcmd.toString(), Long.toString(pid.getAsLong()), "Thread.print", "-l"));
        Path file = run.resolve("log")
            .resolve("host" + host + "-" + System.currentTimeMillis() + THREADS_SUFFIX);
        try {
          Files.writeString(file, dump.toString());
          System.out.println("e2e: threads of host" + host + " are in " + file);
        } catch (IOException failure) {
          throw new UncheckedIOException(failure);
        }
      }
    }
  }

  private Path pidFile(int host) {
    return run.resolve("host" + host).resolve("host.pid");
  }

  private void printLogs() {
    try (Stream<Path> tree = Files.walk(run.resolve("log"))) {
      for (Path log : tree
          .filter(file -> Files.isRegularFile(file) && !file.toString().endsWith(THREADS_SUFFIX)).sorted()
          .toList()) {
        List<String> lines = Files.readAllLines(log);
        System.out.println("==== " + log + " (" + lines.size() + " lines)");
        lines.stream().skip(Math.max(0, lines.size() - LOG_LINES_SHOWN)).forEach(System.out::println);
      }
    } catch (IOException | UncheckedIOException none) {
      System.out.println("e2e: no logs: " + none);
    }
  }

  private static void deleteTree(Path root) {
    if (!Files.exists(root)) {
      return;
    }
    // Never into a file system that is still mounted there: that would delete the volume's files.
    if (!Mounts.below(root).isEmpty()) {
      throw new AssertionError("still mounted: " + Mounts.below(root));
    }
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
