package cfs.host.cli;

import cfs.fsck.Finding;
import cfs.fsck.Fsck;
import cfs.fsck.FsckOptions;
import cfs.fsck.FsckPhase;
import cfs.fsck.FsckReport;
import cfs.fsck.RepairLevel;
import cfs.host.admin.Json;
import cfs.host.config.HostConfig;
import cfs.host.daemon.VolumeTools;
import cfs.host.problem.CommandName;
import cfs.host.problem.Problem;
import cfs.host.problem.ProblemCode;
import cfs.runtime.adapter.SystemClock;
import cfs.volume.Volume;
import cfs.volume.VolumeOpen;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Checks, and repairs when asked, a volume that nobody has mounted. Exit codes are those of fsck(8). */
@Command(name = "fsck", description = "Check a volume that no host has mounted; repair it with -p or -y.", footer = {
    "",
    "Exit codes as fsck(8): 0 clean, 1 repaired, 4 errors left, 8 not checked, 16 wrong usage."}, exitCodeOnInvalidInput = FsckCommand.USAGE)
final class FsckCommand implements Callable<Integer> {
  static final int OPERATIONAL_ERROR = FsckReport.OPERATIONAL_ERROR;
  static final int USAGE = 16;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin
  private RunOption run = new RunOption();

  /** How much may be changed; at most one of them. */
  private static final class Level {
    @Option(names = "-n", description = "Only look, change nothing (default).")
    private boolean none;

    @Option(names = "-p", description = "Repair what loses nothing and needs no judgement.")
    private boolean preen;

    @Option(names = "-y", description = "Repair everything that can be repaired. Asks, unless --yes.")
    private boolean all;
  }

  @ArgGroup(exclusive = true)
  private Level level = new Level();

  @Option(names = "--lun", paramLabel = "PATH", description = "Once per LUN (default: those of the cluster in --run).")
  private List<Path> luns = List.of();

  @Option(names = "--yes", description = "Do not ask.")
  private boolean yes;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    List<Path> checked = luns.isEmpty() ? lunsOfCluster() : luns;
    try (Volume volume = open(checked, out)) {
      FsckReport report = Fsck.check(volume, new FsckOptions(repair(), new SystemClock().wallNanos()),
          json ? cfs.fsck.FsckProgress.NONE : progress(out));
      tell(report, out);
      return report.exitCode();
    }
  }

  private Volume open(List<Path> checked, PrintWriter out) {
    VolumeOpen.Opened opened = VolumeTools.openAlone(checked, VolumeTools.clusterOf(checked));
    boolean agreed = false;
    try {
      if (repair() == RepairLevel.YES) {
        Confirmation.require(yes, "fsck -y may drop content that cannot be trusted.", opened.catalog().name(),
            out);
      }
      agreed = true;
      return opened.volume();
    } finally {
      if (!agreed) {
        opened.volume().close();
      }
    }
  }

  private RepairLevel repair() {
    return level.all ? RepairLevel.YES : level.preen ? RepairLevel.PREEN : RepairLevel.NONE;
  }

  private List<Path> lunsOfCluster() {
    return run.directory().hosts().stream().map(HostConfig::volume).map(HostConfig.VolumeSettings::luns)
        .findFirst()
        .orElseThrow(
            () -> new Problem(ProblemCode.NOT_SET_UP, "There is no cluster in " + run.directory().root()
                + ", so the LUNs must be named", CommandName.cfs("fsck -n --lun PATH")));
  }

  /** A line per phase: phases of small volumes take less time than a bar needs to be drawn. */
  private static cfs.fsck.FsckProgress progress(PrintWriter out) {
    FsckPhase[] last = new FsckPhase[1];
    return (phase, done, total) -> {
      if (last[0] != phase) {
        last[0] = phase;
        out.println("checking " + phase.name().toLowerCase(java.util.Locale.ROOT));
        out.flush();
      }
    };
  }

  private void tell(FsckReport report, PrintWriter out) {
    if (json) {
      Map<String, @Nullable Object> answer = new TreeMap<>();
      answer.put("schema", 1);
      answer.put("exitCode", report.exitCode());
      answer.put("findings", report.findings().stream().map(FsckCommand::fields).toList());
      answer.put("findingCount", report.findingCount());
      answer.put("directories", report.directories());
      answer.put("otherInodes", report.otherInodes());
      answer.put("usedBlocks", report.usedBlocks());
      answer.put("failure", report.failure());
      out.println(Json.pretty(answer));
      return;
    }
    report.findings().forEach(out::println);
    if (report.failure() != null) {
      out.println("not completed: " + report.failure());
    }
    out.println(verdict(report) + ": " + report.directories() + " directories, " + report.otherInodes()
        + " other inodes, " + report.usedBlocks() + " blocks used, " + report.findingCount() + " findings");
  }

  private static Map<String, Object> fields(Finding finding) {
    return Map.of("code", finding.code(), "block", finding.block(), "expected", finding.expected(), "found",
        finding.found(), "outcome", finding.outcome());
  }

  private static String verdict(FsckReport report) {
    return switch (report.exitCode()) {
      case FsckReport.CLEAN -> "clean";
      case FsckReport.REPAIRED -> "repaired";
      case FsckReport.ERRORS_LEFT -> "ERRORS LEFT (repair: -p or -y)";
      default -> "NOT CHECKED";
    };
  }
}
