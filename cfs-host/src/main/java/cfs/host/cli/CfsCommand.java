package cfs.host.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root of the command line. */
@Command(name = "cfs", description = "CFS, a clustered shared-volume file system.", synopsisSubcommandLabel = "COMMAND", subcommands = {
    UpCommand.class, DownCommand.class, StatusCommand.class, StatsCommand.class, MountCommand.class,
    UmountCommand.class, FormatCommand.class, FsckCommand.class, DoctorCommand.class, VersionCommand.class,
    CoordinatorCommand.class, DaemonCommand.class,
    HelpCommand.class}, footer = {"", "Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 degraded."})
public final class CfsCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Which command?");
  }

  /** The command line with this project's exit codes and error lines. */
  public static CommandLine commandLine() {
    CommandLine line = new CommandLine(new CfsCommand());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpAutoWidth(true);
    line.setExecutionExceptionHandler(Refusals::afterStart);
    line.setParameterExceptionHandler(Refusals::badUsage);
    line.getSubcommands().values().forEach(sub -> {
      sub.getCommandSpec().mixinStandardHelpOptions(true);
    });
    return line;
  }
}
