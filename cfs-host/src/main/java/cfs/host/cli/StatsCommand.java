package cfs.host.cli;

import cfs.host.admin.AdminClient;
import cfs.host.admin.Json;
import cfs.host.config.HostConfig;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Counters of every running host. */
@Command(name = "stats", description = "Show the counters of the running hosts.")
final class StatsCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin
  private RunOption run = new RunOption();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    var out = spec.commandLine().getOut();
    Map<String, Object> hosts = new TreeMap<>();
    for (HostConfig host : run.directory().requiredHosts()) {
      hosts.put(host.hostName(), Json.read(new AdminClient(host.adminSocket()).stats(PATIENCE), Map.class));
    }
    if (json) {
      out.println(Json.pretty(Map.of("schema", 1, "hosts", hosts)));
      return ExitCode.OK;
    }
    hosts.forEach((host, layers) -> {
      Table table = new Table();
      ((Map<?, ?>) layers).forEach((layer, counters) -> new TreeMap<>((Map<?, ?>) counters)
          .forEach((name, value) -> table.row(String.valueOf(layer), String.valueOf(name),
              String.valueOf(value))));
      out.println(host);
      table.print(out, "  ");
    });
    return ExitCode.OK;
  }
}
