package cfs.host.cli;

import cfs.host.admin.HostStatus;
import cfs.host.admin.HostStatus.LunStatus;
import cfs.host.admin.HostStatus.ViewStatus;
import cfs.host.admin.HostStatus.VolumeStatus;
import cfs.host.admin.Json;
import cfs.host.config.ByteSize;
import cfs.host.local.ClusterStatus;
import cfs.host.local.ClusterStatus.Health;
import cfs.host.local.StatusQuestion;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One screen about the whole cluster. */
@Command(name = "status", description = "Show health, hosts, volume, LUNs and mounts on one screen.")
final class StatusCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin
  private RunOption run = new RunOption();

  @Option(names = "--json", description = "Print JSON (schema " + ClusterStatus.SCHEMA + ").")
  private boolean json;

  @Override
  public Integer call() {
    ClusterStatus status = StatusQuestion.ask(run.directory());
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.pretty(status));
    } else {
      print(status, out);
    }
    out.flush();
    return status.health() == Health.HEALTH_OK ? ExitCode.OK : ExitCode.DEGRADED;
  }

  private static void print(ClusterStatus status, PrintWriter out) {
    out.println("health       " + status.health());
    status.checks().forEach(check -> out.println("             " + check.code() + ": " + check.sentence()));
    out.println(
        "coordinator  " + status.coordinator().address() + (status.coordinator().running() ? " up" : " down")
            + (status.coordinator().pid() > 0 ? " (pid " + status.coordinator().pid() + ")" : ""));
    Optional<ViewStatus> view = first(status.hosts().stream().map(HostStatus::view));
    view.ifPresent(seen -> out
        .println("view         epoch " + seen.epoch() + ", " + seen.members().size() + " members"));
    Optional<VolumeStatus> volume = first(status.hosts().stream().map(HostStatus::volume));
    volume.ifPresent(
        seen -> out.println("volume       " + seen.name() + " " + ByteSize.show(seen.totalBytes()) + ", used "
            + ByteSize.show(seen.usedBytes()) + ", free " + ByteSize.show(seen.freeBytes()) + ", "
            + seen.layout()));
    out.println("hosts");
    Table hosts = new Table().row("ID", "NAME", "STATE", "SLOT", "PID", "UP", "HEAP", "MOUNT");
    for (HostStatus host : status.hosts()) {
      hosts.row(Integer.toString(host.hostId()), host.hostName(), host.state().name(), slot(host),
          host.pid() == 0 ? "-" : Long.toString(host.pid()),
          host.pid() == 0 ? "-" : host.uptimeSeconds() + " s",
          host.memory().heapMaxBytes() == 0 ? "-" : ByteSize.show(host.memory().heapUsedBytes()),
          host.mount().mounted() ? host.mount().point() : "-");
    }
    hosts.print(out, "  ");
    Optional<HostStatus> teller = status.hosts().stream().filter(host -> !host.luns().isEmpty()).findFirst();
    teller.ifPresent(host -> {
      out.println("LUNs (as seen by " + host.hostName() + ")");
      Table luns = new Table().row("PATH", "SIZE", "STATE");
      for (LunStatus lun : host.luns()) {
        luns.row(lun.path(), ByteSize.show(lun.sizeBytes()), lun.state());
      }
      luns.print(out, "  ");
    });
  }

  private static String slot(HostStatus host) {
    ViewStatus view = host.view();
    return view == null ? "-"
        : view.members().stream().filter(member -> member.hostId() == host.hostId())
            .map(member -> Integer.toString(member.slot())).findFirst().orElse("-");
  }

  private static <T> Optional<T> first(java.util.stream.Stream<@org.jspecify.annotations.Nullable T> values) {
    return values.filter(Objects::nonNull).findFirst();
  }
}
