package cfs.host.cli;

import cfs.host.config.HostConfig;
import cfs.host.config.HostConfigReader;
import cfs.host.local.LocalCluster;
import cfs.host.local.Progress;
import cfs.host.os.MountPoints;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Starts one host's daemon and waits until its volume is mounted. */
@Command(name = "mount", description = "Mount a volume: by a configuration file, or one more time on this machine.")
final class MountCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin
  private RunOption run = new RunOption();

  @Option(names = "--config", paramLabel = "FILE", description = "The host's configuration; nothing else is needed then.")
  private @Nullable Path config;

  @Parameters(index = "0", arity = "0..1", paramLabel = "VOLUME", description = "The volume's name.")
  private String volume = "";

  @Parameters(index = "1", arity = "0..1", paramLabel = "MOUNTPOINT", description = "An empty directory.")
  private @Nullable Path mountPoint;

  @Option(names = "--lun", paramLabel = "PATH", description = "Once per LUN; not needed when the cluster in --run has the volume.")
  private List<Path> luns = List.of();

  @Override
  public Integer call() {
    var out = spec.commandLine().getOut();
    LocalCluster cluster = new LocalCluster(run.directory(), new Progress(out), run.argument());
    Path file = config;
    Path point = mountPoint;
    if (file != null && volume.isEmpty()) {
      HostConfig host = HostConfigReader.read(file);
      MountPoints.requireDirectory(host.volume().mountPoint());
      cluster.mount(host);
    } else if (file == null && !volume.isEmpty() && point != null) {
      MountPoints.requireDirectory(point);
      cluster.mount(volume, luns, point);
    } else {
      throw new ParameterException(spec.commandLine(), "Give either --config FILE or VOLUME and MOUNTPOINT");
    }
    return ExitCode.OK;
  }
}
