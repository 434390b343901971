package cfs.host.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import cfs.host.config.Configs;
import cfs.host.config.Endpoint;
import cfs.host.config.HostConfig;
import cfs.host.config.HostConfig.VolumeSettings;
import cfs.host.daemon.VolumeTools.FormatRequest;
import cfs.host.problem.Problem;
import cfs.identity.adapter.ClusterIdentity;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every mistake on the way to a mount: its code, its next command, and LUNs that are bit for bit as before. */
@Timeout(120)
class RefusedStartTest {
  private static final long LUN_BYTES = 96L << 20;

  @TempDir
  private Path directory;

  private HostConfig config;
  private List<Path> luns;

  @BeforeEach
  void prepare() throws IOException {
    Path root = directory.toRealPath();
    luns = List.of(root.resolve("lun0.img"), root.resolve("lun1.img"));
    Files.createDirectory(root.resolve("mnt"));
    // A path that exists: the device itself is only opened by the last step.
    config = with(Configs.in(root),
        new VolumeSettings("vol1", luns, root.resolve("mnt"), Path.of("/dev/null"), false));
  }

  private static HostConfig with(HostConfig c, VolumeSettings volume) {
    return new HostConfig(c.file(), c.hostId(), c.hostName(), c.listen(), c.adminSocket(), c.pidFile(),
        c.lockDirectory(), c.memoryCeilingBytes(), c.clusterUuid(), c.identityDirectory(), c.coordinator(),
        volume);
  }

  private static HostConfig with(HostConfig c, Endpoint listen) {
    return new HostConfig(c.file(), c.hostId(), c.hostName(), listen, c.adminSocket(), c.pidFile(),
        c.lockDirectory(), c.memoryCeilingBytes(), c.clusterUuid(), c.identityDirectory(),
        new HostConfig.CoordinatorSettings("127.0.0.1:1", false, c.coordinator().embeddedDirectory(),
            c.coordinator().sessionTimeoutNanos()),
        c.volume());
  }

  private void format() {
    luns.forEach(lun -> VolumeTools.createSparse(lun, LUN_BYTES));
    VolumeTools.format(new FormatRequest(luns, "vol1", config.clusterUuid(), 256 << 10, false));
  }

  /** Tries to start and shows that nothing on the LUNs changed. */
  private Problem refused(HostConfig started) {
    Map<Path, String> before = checksums();
    List<String> steps = new ArrayList<>();
    Problem problem = catchThrowableOfType(Problem.class,
        () -> HostAssembly.start(started, steps::add, why -> {}, () -> {}));
    assertThat(problem).as("steps: %s", steps).isNotNull();
    assertThat(checksums()).isEqualTo(before);
    assertThat(problem.next()).isNotBlank();
    assertThat(problem.line()).doesNotContain("\n");
    return problem;
  }

  private Map<Path, String> checksums() {
    Map<Path, String> sums = new TreeMap<>();
    for (Path lun : luns) {
      if (Files.isRegularFile(lun)) {
        try {
          MessageDigest digest = MessageDigest.getInstance("SHA-256");
          sums.put(lun, HexFormat.of().formatHex(digest.digest(Files.readAllBytes(lun))));
        } catch (IOException | java.security.NoSuchAlgorithmException broken) {
          throw new IllegalStateException(broken);
        }
      }
    }
    return sums;
  }

  @Test
  void missingLun() {
    Problem problem = refused(config);
    assertThat(problem.code()).isEqualTo("LUN_NOT_FOUND");
    assertThat(problem.next()).startsWith("ls -l " + luns.getFirst());
  }

  @Test
  void fileThatIsNotACfsLun() {
    luns.forEach(lun -> VolumeTools.createSparse(lun, LUN_BYTES));
    Problem problem = refused(config);
    assertThat(problem.code()).isEqualTo("NOT_A_CFS_LUN");
    assertThat(problem.next()).startsWith("./cfs format --lun " + luns.getFirst());
  }

  @Test
  void fileThatIsTooSmall() {
    luns.forEach(lun -> VolumeTools.createSparse(lun, 1 << 20));
    assertThat(refused(config).code()).isEqualTo("LUN_TOO_SMALL");
  }

  @Test
  void directoryInsteadOfALun() throws IOException {
    Files.createDirectory(luns.getFirst());
    assertThat(refused(config).code()).isEqualTo("LUN_NOT_STORAGE");
  }

  @Test
  void lunOfAnotherCluster() {
    luns.forEach(lun -> VolumeTools.createSparse(lun, LUN_BYTES));
    VolumeTools.format(new FormatRequest(luns, "vol1", new UUID(9, 9), 256 << 10, false));
    assertThat(refused(config).code()).isEqualTo("OTHER_CLUSTER");
  }

  @Test
  void oneLunOfTwo() {
    format();
    HostConfig half = with(config,
        new VolumeSettings("vol1", luns.subList(0, 1), config.volume().mountPoint(),
            Path.of("/dev/null"), false));
    assertThat(refused(half).code()).isIn("LUN_MISSING", "MAJORITY_MISSING");
  }

  @Test
  void truncatedLun() throws IOException {
    format();
    try (FileChannel channel = FileChannel.open(luns.get(1), StandardOpenOption.WRITE)) {
      channel.truncate(LUN_BYTES - (8 << 20));
    }
    assertThat(refused(config).code()).isEqualTo("LUN_TRUNCATED");
  }

  @Test
  void lunWhoseLabelsAreDamaged() throws IOException {
    format();
    for (long offset : new long[]{100, LUN_BYTES - (1 << 20) + 100}) {
      damage(luns.getFirst(), offset);
    }
    Problem problem = refused(config);
    assertThat(problem.code()).isEqualTo("LABEL_DAMAGED");
    assertThat(problem.next()).startsWith("./cfs fsck -n");
  }

  @Test
  void volumeOfAnotherName() {
    format();
    HostConfig other = with(config, new VolumeSettings("vol2", luns, config.volume().mountPoint(),
        Path.of("/dev/null"), false));
    assertThat(refused(other).code()).isEqualTo("CONFIG_INVALID");
  }

  @Test
  void missingIdentity() {
    format();
    assertThat(refused(with(config, config.listen())).code()).isEqualTo("IDENTITY_INVALID");
  }

  @Test
  void portOfAnotherProcess() throws IOException {
    format();
    ClusterIdentity.create(config.identityDirectory(), config.clusterUuid()).issueHost(config.hostId());
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      Problem problem = refused(with(config, new Endpoint("127.0.0.1", taken.getLocalPort())));
      assertThat(problem.code()).isEqualTo("PORT_TAKEN");
      assertThat(problem.next()).isEqualTo("./cfs up --new-ports");
    }
  }

  @Test
  void missingFuseDevice() {
    HostConfig without = with(config, new VolumeSettings("vol1", luns, config.volume().mountPoint(),
        Path.of("/dev/no-fuse"), false));
    Problem problem = refused(without);
    assertThat(problem.code()).isEqualTo("FUSE_MISSING");
    assertThat(problem.next()).isEqualTo("modprobe fuse");
  }

  @Test
  void mountPointsThatAreNone() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    assertThat(refused(mountedAt(directory.resolve("none"))).code()).isEqualTo("MOUNT_POINT_MISSING");
    assertThat(refused(mountedAt(file)).code()).isEqualTo("MOUNT_POINT_NOT_DIRECTORY");
    assertThat(refused(mountedAt(Path.of("/proc"))).code()).isEqualTo("MOUNT_POINT_BUSY");
  }

  private HostConfig mountedAt(Path point) {
    return with(config, new VolumeSettings("vol1", luns, point, Path.of("/dev/null"), false));
  }

  @Test
  void formattingRefusesWhatWouldDestroySomething() throws IOException {
    luns.forEach(lun -> VolumeTools.createSparse(lun, LUN_BYTES));
    FormatRequest request = new FormatRequest(luns, "vol1", config.clusterUuid(), 256 << 10, false);
    VolumeTools.format(request);
    Map<Path, String> before = checksums();
    Problem labelled = catchThrowableOfType(Problem.class, () -> VolumeTools.format(request));
    assertThat(labelled.code()).isEqualTo("LUN_HAS_LABEL");
    assertThat(checksums()).isEqualTo(before);
    try (RandomAccessFile file = new RandomAccessFile(luns.getFirst().toFile(), "r")) {
      assertThat(file.length()).isEqualTo(LUN_BYTES);
    }
  }

  @Test
  void lunsThatAreTogetherTooSmallAreNotTouched() {
    List<Path> one = luns.subList(0, 1);
    VolumeTools.createSparse(luns.getFirst(), LUN_BYTES);
    Map<Path, String> before = checksums();
    Problem problem = catchThrowableOfType(Problem.class,
        () -> VolumeTools.format(new FormatRequest(one, "vol1", config.clusterUuid(), 0, false)));
    assertThat(problem.code()).isEqualTo("LUN_TOO_SMALL");
    assertThat(checksums()).isEqualTo(before);
  }

  private static void damage(Path file, long offset) throws IOException {
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      access.seek(offset);
      access.write("damage".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }
  }
}
