package cfs.host.cli;

import cfs.host.admin.Json;
import cfs.host.config.HostConfig;
import cfs.host.local.Prerequisites;
import cfs.host.local.Prerequisites.Check;
import cfs.host.os.Ports;
import cfs.host.os.ProcessIdentity;
import cfs.host.problem.CommandName;
import cfs.host.problem.ProblemCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Looks at everything that must be right before a cluster can start, and names the command that mends each. */
@Command(name = "doctor", description = "Check what this machine needs, and say how to mend what is missing.")
final class DoctorCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin
  private RunOption run = new RunOption();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Option(names = "--fuse-device", hidden = true)
  private Path fuseDevice = Path.of("/dev/fuse");

  @Override
  public Integer call() {
    List<Check> checks = new ArrayList<>(Prerequisites.all(run.directory(), fuseDevice));
    for (HostConfig host : run.directory().hosts()) {
      boolean runs = ProcessIdentity.living(host.pidFile()).isPresent();
      boolean free = Ports.isFree(host.listen().host(), host.listen().port());
      checks.add(new Check("port", runs || free, ProblemCode.PORT_TAKEN,
          host.hostName() + " listens on " + host.listen()
              + (runs ? " (running)" : free ? " (free)" : " (used by another process)"),
          CommandName.cfs("up --new-ports")));
    }
    boolean fine = checks.stream().allMatch(Check::fine);
    var out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.pretty(Map.of("schema", 1, "fine", fine, "checks", checks)));
      return fine ? ExitCode.OK : ExitCode.FAILED;
    }
    Table table = new Table();
    for (Check check : checks) {
      table.row(check.fine() ? "ok" : "FAIL", check.name(), check.found(),
          check.fine() ? "" : "[" + check.code() + "] Next: " + check.mend());
    }
    table.print(out, "");
    return fine ? ExitCode.OK : ExitCode.FAILED;
  }
}
