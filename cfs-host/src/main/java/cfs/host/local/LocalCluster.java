package cfs.host.local;

import cfs.host.config.HostConfig;
import cfs.host.os.Ports;
import cfs.host.os.ProcessIdentity;
import cfs.host.problem.CommandName;
import cfs.host.problem.Problem;
import cfs.host.problem.ProblemCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Collectors;

/** The cluster of one run directory: up and down. */
public final class LocalCluster {
  private final RunDirectory run;
  private final Progress progress;
  private final String runArgument;

  /** @param runArgument what suggested commands need behind their name, with a leading space; may be empty */
  public LocalCluster(RunDirectory run, Progress progress, String runArgument) {
    this.run = run;
    this.progress = progress;
    this.runArgument = runArgument;
  }

  /** Afterwards every host is mounted; the sizes count only for what is created. */
  public void up(long lunBytes, int luns, int hosts, boolean newPorts, PrintWriter out) {
    Prerequisites.require(run);
    progress.title("CFS cluster in " + run.root());
    run.exclusively(() -> {
      if (newPorts && run.isSetUp()) {
        choosePorts();
      }
      new ClusterSetup(run, progress).complete(new ClusterSetup.Shape(lunBytes, luns, hosts));
      new ClusterStart(run, progress).startAll(run.hosts());
    });
    tellWhatIsThere(run.hosts(), out);
  }

  public void down(PrintWriter out) {
    List<HostConfig> hosts = run.requiredHosts();
    progress.title("CFS cluster in " + run.root());
    run.exclusively(() -> new ClusterStop(progress).stopAll(run, hosts));
    String luns = hosts.getFirst().volume().luns().stream().map(Path::toString)
        .collect(Collectors.joining(", "));
    out.println("Stopped; the data is in " + luns + ". Start again: " + CommandName.cfs("up" + runArgument));
    out.flush();
  }

  /** One more mount of the volume on this machine; see {@link ClusterSetup#host}. */
  public void mount(String volume, List<Path> luns, Path mountPoint) {
    Prerequisites.require(run);
    run.exclusively(() -> new ClusterStart(run, progress)
        .startOne(new ClusterSetup(run, progress).host(volume, luns, mountPoint)));
  }

  /** Starts the host of a configuration file that somebody wrote. */
  public void mount(HostConfig host) {
    new ClusterStart(run, progress).startOne(host);
  }

  private void tellWhatIsThere(List<HostConfig> hosts, PrintWriter out) {
    Path first = shown(hosts.getFirst().volume().mountPoint());
    Path last = shown(hosts.getLast().volume().mountPoint());
    out.println();
    out.println("One volume, mounted by " + hosts.size()
        + (hosts.size() == 1 ? " host. Try:" : " hosts at once. Try:"));
    out.println("  echo hello > " + first + "/hello && cat " + last + "/hello");
    out.println("  " + CommandName.cfs("status" + runArgument));
    out.println(
        "  " + CommandName.cfs("down" + runArgument) + "   # and `up` again: the data is still there");
    out.flush();
  }

  /** Short when it is below the current directory, as people would type it. */
  private static Path shown(Path path) {
    Path here = Path.of("").toAbsolutePath();
    return path.startsWith(here) ? here.relativize(path) : path;
  }

  /** Only the addresses change; comments and everything else that people wrote stay. */
  private void choosePorts() {
    List<HostConfig> hosts = run.hosts();
    if (hosts.stream().anyMatch(host -> ProcessIdentity.living(host.pidFile()).isPresent())
        || ProcessIdentity.living(run.coordinatorPid()).isPresent()) {
      throw new Problem(ProblemCode.HOST_RUNS, "Ports cannot change while the cluster runs",
          CommandName.cfs("down" + runArgument));
    }
    List<Integer> ports = Ports.free(hosts.size() + 1);
    for (int i = 0; i < hosts.size(); i++) {
      replaceAddresses(hosts.get(i).file(), ports.get(i), ports.getLast());
    }
    progress.line("ports", "chosen anew");
  }

  private static void replaceAddresses(Path file, int listenPort, int coordinatorPort) {
    try {
      String text = Files.readString(file)
          .replaceFirst("(?m)^(\\s*listen\\s*=\\s*)\"[^\"]*\"", "$1\"127.0.0.1:" + listenPort + "\"")
          .replaceFirst("(?m)^(\\s*connect\\s*=\\s*)\"[^\"]*\"", "$1\"127.0.0.1:" + coordinatorPort + "\"");
      Path fresh = file.resolveSibling(file.getFileName() + ".new");
      Files.writeString(fresh, text);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException refused) {
      throw new Problem(ProblemCode.RUN_DIRECTORY, file + " cannot be changed: " + refused.getMessage(),
          "ls -l " + file, refused);
    }
  }
}
