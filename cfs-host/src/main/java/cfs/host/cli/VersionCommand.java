package cfs.host.cli;

import cfs.host.admin.Json;
import cfs.host.daemon.Version;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The versions that a report needs. */
@Command(name = "version", description = "Show the versions of CFS, Java and the kernel.")
final class VersionCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    TreeMap<String, Object> versions = new TreeMap<>();
    versions.put("schema", 1);
    versions.put("cfs", Version.current());
    versions.put("java", System.getProperty("java.runtime.version", "?"));
    versions.put("kernel", System.getProperty("os.version", "?"));
    var out = spec.commandLine().getOut();
    out.println(json ? Json.pretty(versions)
        : "cfs " + versions.get("cfs") + ", Java " + versions.get("java")
            + ", Linux " + versions.get("kernel"));
    return ExitCode.OK;
  }
}
