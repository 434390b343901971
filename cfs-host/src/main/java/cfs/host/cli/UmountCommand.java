package cfs.host.cli;

import cfs.host.config.HostConfig;
import cfs.host.local.ClusterStop;
import cfs.host.local.Progress;
import cfs.host.local.RunDirectory;
import cfs.host.os.MountTable;
import cfs.host.problem.CommandName;
import cfs.host.problem.Problem;
import cfs.host.problem.ProblemCode;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Unmounts one host: writes back, gives its locks up, leaves the cluster. */
@Command(name = "umount", description = "Unmount one host's mount and stop its daemon.")
final class UmountCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin
  private RunOption run = new RunOption();

  @Parameters(paramLabel = "MOUNTPOINT", description = "Where it is mounted.")
  private Path mountPoint = Path.of("");

  @Option(names = "--force", description = "Also when programs use it; they get errors from then on.")
  private boolean force;

  @Override
  public Integer call() {
    var out = spec.commandLine().getOut();
    Path wanted = MountTable.canonical(mountPoint);
    RunDirectory directory = run.directory();
    HostConfig host = directory.requiredHosts().stream()
        .filter(one -> MountTable.canonical(one.volume().mountPoint()).equals(wanted)).findFirst()
        .orElseThrow(
            () -> new Problem(ProblemCode.NOT_MOUNTED, "No host of " + directory.root() + " is mounted at "
                + wanted, CommandName.cfs("status" + run.argument())));
    new ClusterStop(new Progress(out)).stopHost(host, force);
    return ExitCode.OK;
  }
}
