package cfs.host.cli;

import cfs.host.local.LocalCluster;
import cfs.host.local.Progress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Stops the cluster on this machine; the data stays. */
@Command(name = "down", description = "Stop the cluster on this machine; the data stays and `up` brings it back.")
final class DownCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin
  private RunOption run = new RunOption();

  @Override
  public Integer call() {
    var out = spec.commandLine().getOut();
    new LocalCluster(run.directory(), new Progress(out), run.argument()).down(out);
    return ExitCode.OK;
  }
}
