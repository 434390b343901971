package cfs.host.cli;

import cfs.catalog.Catalog;
import cfs.host.admin.Json;
import cfs.host.config.ByteSize;
import cfs.host.config.HostConfig;
import cfs.host.daemon.VolumeTools;
import cfs.host.daemon.VolumeTools.Found;
import cfs.host.problem.CommandName;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes LUNs into a volume with an empty file system. */
@Command(name = "format", description = "Make LUNs into a volume with an empty file system.")
final class FormatCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin
  private RunOption run = new RunOption();

  @Option(names = "--lun", required = true, paramLabel = "PATH", description = "A block device or file; once per LUN, in striping order.")
  private List<Path> luns = List.of();

  @Option(names = "--name", required = true, description = "Name of the volume: 1 to 64 of [A-Za-z0-9._-].")
  private String name = "";

  @Option(names = "--stripe-unit", converter = SizeConverter.class, defaultValue = "256K", description = "64K to 4M, a power of two (default: ${DEFAULT-VALUE}).")
  private long stripeUnitBytes;

  @Option(names = "--linear", description = "Concatenate the LUNs instead of striping.")
  private boolean linear;

  @Option(names = "--cluster", paramLabel = "UUID", description = "Cluster that will own the LUNs (default: that of --run, or a new one).")
  private @Nullable UUID cluster;

  @Option(names = "--force", description = "Overwrite LUNs that carry data. Asks, unless --yes.")
  private boolean force;

  @Option(names = "--yes", description = "Do not ask.")
  private boolean yes;

  @Option(names = "--dry-run", description = "Look at the LUNs and say what would be done; change nothing.")
  private boolean dryRun;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    Checks.between(spec, "--stripe-unit", stripeUnitBytes, 64L << 10, 4L << 20);
    var out = spec.commandLine().getOut();
    UUID owner = owner();
    List<Found> found = VolumeTools.inspect(luns);
    if (dryRun) {
      out.println("Would make volume " + name + " of " + (isNew() ? "a new cluster" : "cluster " + owner)
          + (linear ? ", linear"
              : ", striped by "
                  + ByteSize.show(stripeUnitBytes))
          + ", over:");
      found
          .forEach(lun -> out.println("  " + lun.lun() + "  " + ByteSize.show(lun.sizeBytes()) + lun.cluster()
              .map(other -> "  WILL BE OVERWRITTEN: labelled by cluster " + other).orElse("")));
      out.println("Nothing was changed.");
      return ExitCode.OK;
    }
    if (force) {
      String lost = luns.stream().map(Path::toString).collect(Collectors.joining(", "));
      Confirmation.require(yes, "Everything on " + lost + " will be lost.", name, out);
    }
    Catalog catalog = VolumeTools
        .format(new VolumeTools.FormatRequest(luns, name, owner, linear ? 0 : stripeUnitBytes, force));
    if (json) {
      out.println(
          Json.pretty(Map.of("schema", 1, "volume", name, "uuid", catalog.volume(), "cluster", owner, "bytes",
              catalog.volumeBytes())));
    } else {
      out.println("Volume " + name + " has " + ByteSize.show(catalog.volumeBytes()) + ". Next: "
          + CommandName.cfs("mount " + name + " MOUNTPOINT" + run.argument() + " "
              + luns.stream().map(lun -> "--lun " + lun).collect(Collectors.joining(" "))));
    }
    return ExitCode.OK;
  }

  private boolean isNew() {
    return cluster == null && run.directory().hosts().isEmpty();
  }

  private UUID owner() {
    UUID given = cluster;
    if (given != null) {
      return given;
    }
    return run.directory().hosts().stream().map(HostConfig::clusterUuid).findFirst()
        .orElseGet(UUID::randomUUID);
  }
}
