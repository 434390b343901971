package cfs.host.cli;

import cfs.host.local.LocalCluster;
import cfs.host.local.Progress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Starts a whole cluster on this machine, creating what is missing. */
@Command(name = "up", description = "Start a cluster on this machine and mount its volume once per host; "
    + "creates what is missing and can be repeated at any time.")
final class UpCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin
  private RunOption run = new RunOption();

  @Option(names = "--size", converter = SizeConverter.class, defaultValue = "2G", description = "Size of each LUN file, when they are created (default: ${DEFAULT-VALUE}).")
  private long lunBytes;

  @Option(names = "--luns", defaultValue = "2", description = "Number of LUNs, when they are created (default: ${DEFAULT-VALUE}).")
  private int luns;

  @Option(names = "--hosts", defaultValue = "2", description = "Number of hosts; hosts that exist stay (default: ${DEFAULT-VALUE}).")
  private int hosts;

  @Option(names = "--new-ports", description = "Choose other free ports and write them to the configuration.")
  private boolean newPorts;

  @Override
  public Integer call() {
    Checks.between(spec, "--luns", luns, 1, 16);
    Checks.between(spec, "--hosts", hosts, 1, cfs.host.local.RunDirectory.HOSTS_MAX);
    Checks.between(spec, "--size", lunBytes, 64L << 20, 1L << 50);
    var out = spec.commandLine().getOut();
    LocalCluster cluster = new LocalCluster(run.directory(), new Progress(out), run.argument());
    cluster.up(lunBytes, luns, hosts, newPorts, out);
    return ExitCode.OK;
  }
}
