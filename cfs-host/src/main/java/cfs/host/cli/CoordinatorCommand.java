package cfs.host.cli;

import cfs.host.config.Endpoint;
import cfs.host.daemon.CoordinatorProcess;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What `up` starts first; also right for systemd where there is no ZooKeeper ensemble. */
@Command(name = "coordinator", description = "Run the coordinator (ZooKeeper) in the foreground.")
final class CoordinatorCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(names = "--directory", required = true, paramLabel = "DIR", description = "Where it keeps its files.")
  private Path directory = Path.of("");

  @Option(names = "--listen", required = true, paramLabel = "HOST:PORT", description = "A loopback address.")
  private String listen = "";

  @Option(names = "--pid-file", paramLabel = "FILE", description = "Where to note the process (default: in DIR).")
  private @Nullable Path pidFile;

  @Override
  public Integer call() {
    try {
      Path noted = pidFile;
      return CoordinatorProcess.run(directory, Endpoint.parse(listen),
          noted != null ? noted : directory.resolve("coordinator.pid"));
    } catch (IllegalArgumentException mistake) {
      throw new ParameterException(spec.commandLine(), "--listen: " + mistake.getMessage(), mistake);
    }
  }
}
