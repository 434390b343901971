package cfs.host.cli;

import cfs.host.config.HostConfigReader;
import cfs.host.daemon.Daemon;
import cfs.host.daemon.HostAssembly;
import cfs.host.local.StartEvent;
import cfs.host.problem.Problem;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What `mount` and `up` start; also right for systemd. */
@Command(name = "daemon", description = "Run a host's daemon in the foreground (what `mount` starts).")
final class DaemonCommand implements Callable<Integer> {
  @Option(names = "--config", required = true, paramLabel = "FILE", description = "The host's configuration.")
  private Path config = Path.of("");

  @Override
  public Integer call() {
    try {
      return new Daemon(HostConfigReader.read(config), HostAssembly::start).run();
    } catch (Problem unreadable) {
      StartEvent.failed(unreadable).print();
      throw unreadable;
    }
  }
}
