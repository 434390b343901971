package cfs.host.cli;

import cfs.error.FsException;
import cfs.host.problem.CommandName;
import cfs.host.problem.Problem;
import cfs.host.problem.ProblemCode;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Turns what went wrong into one line and an exit code. */
final class Refusals {
  private Refusals() {}

  /** A refusal is the user's business and gets one line; anything else is our bug and keeps its trace. */
  static int afterStart(Exception failure, CommandLine line, ParseResult result) throws Exception {
    PrintWriter err = line.getErr();
    switch (failure) {
      case Problem problem -> err.println(problem.line());
      case FsException refused -> err.println(new Problem(ProblemCode.FAILED, refused.getMessage() + " ("
          + refused.error() + ")", CommandName.cfs("status")).line());
      default -> throw failure;
    }
    err.flush();
    return isFsck(line) ? FsckCommand.OPERATIONAL_ERROR : ExitCode.FAILED;
  }

  static int badUsage(ParameterException mistake, String[] arguments) {
    CommandLine line = mistake.getCommandLine();
    String help = CommandName.cfs(line.getParent() == null ? "--help" : line.getCommandName() + " --help");
    line.getErr().println(
        new Problem(ProblemCode.ARGUMENT_INVALID, String.valueOf(mistake.getMessage()), help).line());
    CommandLine.UnmatchedArgumentException.printSuggestions(mistake, line.getErr());
    line.getErr().flush();
    return isFsck(line) ? FsckCommand.USAGE : ExitCode.USAGE;
  }

  private static boolean isFsck(CommandLine line) {
    return line.getCommandName().equals("fsck");
  }
}
