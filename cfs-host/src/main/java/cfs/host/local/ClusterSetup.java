package cfs.host.local;

import cfs.host.config.ByteSize;
import cfs.host.config.Endpoint;
import cfs.host.config.HostConfig;
import cfs.host.config.HostConfig.CoordinatorSettings;
import cfs.host.config.HostConfig.VolumeSettings;
import cfs.host.config.HostConfigWriter;
import cfs.host.daemon.VolumeTools;
import cfs.host.os.MountTable;
import cfs.host.os.Ports;
import cfs.host.problem.CommandName;
import cfs.host.problem.Problem;
import cfs.host.problem.ProblemCode;
import cfs.identity.adapter.ClusterIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Creates what a cluster on one machine needs, and only what is missing: each thing is made under another name and then
 * renamed, so that a crash at any point leaves either nothing or the whole thing and the next run goes on from there.
 */
final class ClusterSetup {
  static final String VOLUME = "vol1";
  private static final long MEMORY_BYTES = 512L << 20;
  private static final long SESSION_TIMEOUT_NANOS = 6_000_000_000L;
  private static final long STRIPE_UNIT_BYTES = 256L << 10;

  private final RunDirectory run;
  private final Progress progress;

  ClusterSetup(RunDirectory run, Progress progress) {
    this.run = run;
    this.progress = progress;
  }

  /** What to make when there is nothing yet. */
  record Shape(long lunBytes, int lunCount, int hostCount) {}

  /** Afterwards configuration, identity, LUNs and a formatted volume are there. */
  void complete(Shape shape) {
    try {
      for (Path directory : List.of(run.root(), run.log(), run.locks(), run.coordinator())) {
        Files.createDirectories(directory);
      }
      configure(shape);
      List<HostConfig> hosts = run.hosts();
      createIdentity(hosts);
      createVolume(hosts.getFirst(), shape);
      for (HostConfig host : hosts) {
        createMountPoint(host);
      }
    } catch (IOException refused) {
      throw new Problem(ProblemCode.RUN_DIRECTORY,
          "The directory " + run.root() + " cannot be filled: " + refused,
          "df -h " + run.root(), refused);
    }
  }

  /**
   * Adds a host for one more mount of the volume, or finds the one that has this mount point already.
   *
   * @param luns empty: those of the cluster that is here; else they are adopted when there is no cluster yet
   */
  HostConfig host(String volume, List<Path> luns, Path mountPoint) {
    List<HostConfig> there = run.hosts();
    Path point = MountTable.canonical(mountPoint);
    for (HostConfig host : there) {
      requireSameVolume(host, volume, luns);
      if (MountTable.canonical(host.volume().mountPoint()).equals(point)) {
        return host;
      }
    }
    int id = there.stream().mapToInt(HostConfig::hostId).max().orElse(0) + 1;
    if (id > RunDirectory.HOSTS_MAX) {
      throw new Problem(ProblemCode.ARGUMENT_INVALID,
          "A cluster on one machine has at most " + RunDirectory.HOSTS_MAX
              + " hosts",
          CommandName.cfs("status"));
    }
    try {
      for (Path directory : List.of(run.root(), run.log(), run.locks(), run.coordinator())) {
        Files.createDirectories(directory);
      }
      List<Integer> ports = Ports.free(2);
      Endpoint listen = new Endpoint("127.0.0.1", ports.getFirst());
      HostConfig model = there.isEmpty() ? null : there.getFirst();
      String coordinator = model == null ? "127.0.0.1:" + ports.getLast() : model.coordinator().connect();
      UUID cluster = model == null ? clusterOf(luns) : model.clusterUuid();
      List<Path> used = model == null ? luns : model.volume().luns();
      writeConfig(id, listen, coordinator, cluster,
          new VolumeSettings(volume, absolute(used), point,
              Path.of("/dev/fuse"), false));
      List<HostConfig> hosts = run.hosts();
      createIdentity(hosts);
      return hosts.getLast();
    } catch (IOException refused) {
      throw new Problem(ProblemCode.RUN_DIRECTORY,
          "The directory " + run.root() + " cannot be filled: " + refused,
          "df -h " + run.root(), refused);
    }
  }

  private void requireSameVolume(HostConfig host, String volume, List<Path> luns) {
    boolean sameLuns = luns.isEmpty() || Set.copyOf(absolute(luns)).equals(Set.copyOf(host.volume().luns()));
    if (!host.volume().name().equals(volume) || !sameLuns) {
      throw new Problem(ProblemCode.ARGUMENT_INVALID, "The cluster in " + run.root() + " serves volume "
          + host.volume().name() + " on " + host.volume().luns(), "choose another directory with --run");
    }
  }

  /** A LUN that was formatted elsewhere brings its cluster along. */
  private static UUID clusterOf(List<Path> luns) {
    if (luns.isEmpty()) {
      throw new Problem(ProblemCode.NOT_SET_UP, "There is no cluster here yet, so the LUNs must be named",
          "give --lun PATH for each LUN of the volume");
    }
    return VolumeTools.clusterOf(luns);
  }

  private static List<Path> absolute(List<Path> luns) {
    return luns.stream().map(lun -> lun.toAbsolutePath().normalize()).toList();
  }

  private void configure(Shape shape) throws IOException {
    List<HostConfig> there = run.hosts();
    if (there.size() >= shape.hostCount()) {
      return;
    }
    HostConfig model = there.isEmpty() ? null : there.getFirst();
    List<Integer> ports = Ports.free(shape.hostCount() + 1);
    String coordinator = model == null ? "127.0.0.1:" + ports.getLast() : model.coordinator().connect();
    UUID cluster = model == null ? UUID.randomUUID() : model.clusterUuid();
    List<Path> luns = model == null ? IntStream.range(0, shape.lunCount()).mapToObj(run::lun).toList()
        : model.volume().luns();
    String volume = model == null ? VOLUME : model.volume().name();
    for (int id = 1; id <= shape.hostCount(); id++) {
      if (!Files.exists(run.config(id))) {
        writeConfig(id, new Endpoint("127.0.0.1", ports.get(id - 1)), coordinator, cluster,
            new VolumeSettings(volume, luns, run.mountPoint(id), Path.of("/dev/fuse"), false));
        progress.line("host" + id, "configured in " + run.config(id));
      }
    }
  }

  private void writeConfig(int id, Endpoint listen, String coordinator, UUID cluster, VolumeSettings volume)
      throws IOException {
    Path directory = Files.createDirectories(run.hostDirectory(id));
    HostConfig config = new HostConfig(run.config(id), id, "host" + id, listen, run.adminSocket(id),
        directory.resolve("host.pid"), run.locks(), MEMORY_BYTES, cluster, run.identity(),
        new CoordinatorSettings(coordinator, false, run.coordinator(), SESSION_TIMEOUT_NANOS),
        volume);
    Path fresh = run.root().resolve("host" + id + ".toml.new");
    Files.writeString(fresh, HostConfigWriter.toml(config));
    Files.move(fresh, run.config(id), StandardCopyOption.ATOMIC_MOVE);
  }

  private void createIdentity(List<HostConfig> hosts) throws IOException {
    Path identity = hosts.getFirst().identityDirectory();
    if (!Files.exists(identity)) {
      Path fresh = identity.resolveSibling(identity.getFileName() + ".new");
      deleteTree(fresh);
      ClusterIdentity.create(fresh, hosts.getFirst().clusterUuid());
      Files.move(fresh, identity, StandardCopyOption.ATOMIC_MOVE);
      progress.line("identity",
          "cluster " + hosts.getFirst().clusterUuid() + " with its own certificate authority");
    }
    for (HostConfig host : hosts) {
      if (!Files.exists(identity.resolve("host-" + host.hostId() + ".key"))) {
        ClusterIdentity.load(identity).issueHost(host.hostId());
      }
    }
  }

  private void createVolume(HostConfig host, Shape shape) throws IOException {
    if (Files.exists(run.luns())) {
      return;
    }
    if (!host.volume().luns().stream().allMatch(lun -> run.luns().equals(lun.getParent()))) {
      // Somebody pointed the configuration at LUNs of their own: those are never formatted unasked.
      return;
    }
    requireSpace(shape.lunBytes() * shape.lunCount());
    Path fresh = run.root().resolve("luns.new");
    deleteTree(fresh);
    Files.createDirectories(fresh);
    List<Path> luns = host.volume().luns().stream().map(lun -> fresh.resolve(lun.getFileName())).toList();
    for (Path lun : luns) {
      VolumeTools.createSparse(lun, shape.lunBytes());
    }
    VolumeTools
        .format(new VolumeTools.FormatRequest(luns, VOLUME, host.clusterUuid(), STRIPE_UNIT_BYTES, false));
    Files.move(fresh, run.luns(), StandardCopyOption.ATOMIC_MOVE);
    progress.line("volume", VOLUME + " formatted, striped over " + luns.size() + " LUNs of "
        + ByteSize.show(shape.lunBytes()));
  }

  /** LUN files are sparse; what must fit is a start, what should fit is said. */
  private void requireSpace(long wantedBytes) throws IOException {
    long free = Files.getFileStore(run.root()).getUsableSpace();
    if (free < 256L << 20) {
      throw new Problem(ProblemCode.NO_SPACE, "Only " + ByteSize.show(free) + " are free in " + run.root()
          + "; 256 MiB are needed to start", "choose another directory with --run");
    }
    if (free < wantedBytes) {
      progress.line("space",
          "warning: LUNs of " + ByteSize.show(wantedBytes) + " in all are sparse, and only "
              + ByteSize.show(free) + " are free");
    }
  }

  private static void createMountPoint(HostConfig host) throws IOException {
    Path point = host.volume().mountPoint();
    if (MountTable.at(point).isEmpty() && !Files.exists(point)) {
      Files.createDirectories(point);
    }
  }

  /** Only ever called on names that end in .new and that this class made. */
  private static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(root)) {
      tree.sorted(Comparator.reverseOrder()).forEach(path -> {
        try {
          Files.delete(path);
        } catch (IOException refused) {
          throw new UncheckedIOException(refused);
        }
      });
    }
  }

  /** The next step for a taken port. */
  static String newPortsCommand() {
    return CommandName.cfs("up --new-ports");
  }
}
