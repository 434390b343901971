package cfs.host.cli;

import cfs.host.local.RunDirectory;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that names the directory of a cluster on this machine. */
final class RunOption {
  @Option(names = "--run", paramLabel = "DIR", description = "Directory of the cluster (default: run/ beside the cfs script).")
  private @Nullable Path directory;

  RunDirectory directory() {
    Path chosen = directory;
    return new RunDirectory(chosen != null ? chosen : Path.of(System.getProperty("cfs.home", "."), "run"));
  }

  /** To be put into suggested commands: empty for the default. */
  String argument() {
    return directory == null ? "" : " --run " + directory;
  }
}
