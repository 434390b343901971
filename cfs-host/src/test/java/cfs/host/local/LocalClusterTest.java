package cfs.host.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cfs.host.cli.Cli;
import cfs.host.config.Endpoint;
import cfs.host.config.HostConfig;
import cfs.host.os.MountTable;
import cfs.host.os.ProcessIdentity;
import cfs.host.os.Programs;
import cfs.host.os.Unmount;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One cluster of real processes and kernel mounts, and everything that may happen to it. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LocalClusterTest {
  private static final OpenOption[] NEW_AND_SYNCED = {StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE,
      StandardOpenOption.SYNC};

  @TempDir
  private static Path directory;

  private static RunDirectory run;

  @BeforeAll
  static void start() throws IOException {
    assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "/dev/fuse is missing or may not be opened");
    assumeTrue(Programs.isRoot() || Programs.installed("fusermount3"), "neither root nor fusermount3");
    run = new RunDirectory(directory.toRealPath().resolve("run"));
    ok(cfs("up", "--size", "256M"));
  }

  /** Whatever a failed test left: nothing of this cluster survives the test class. */
  @AfterAll
  static void end() {
    if (run == null) {
      return;
    }
    for (HostConfig host : run.hosts()) {
      ProcessIdentity.living(host.pidFile()).ifPresent(process -> process.signal(true));
      Unmount.detach(host.volume().mountPoint());
    }
    ProcessIdentity.living(run.coordinatorPid()).ifPresent(process -> process.signal(true));
  }

  private static Cli cfs(String command, String... arguments) {
    String[] all = new String[arguments.length + 3];
    all[0] = command;
    all[1] = "--run";
    all[2] = run.root().toString();
    System.arraycopy(arguments, 0, all, 3, arguments.length);
    return Cli.run(all);
  }

  private static Cli ok(Cli cli) {
    assertThat(cli.exitCode()).as("%s%s", cli.out(), cli.err()).isZero();
    return cli;
  }

  private static Path host(int id, String name) {
    return run.mountPoint(id).resolve(name);
  }

  private static Path pidFile(int id) {
    return run.hostDirectory(id).resolve("host.pid");
  }

  private static void kill(Path pidFile) throws InterruptedException {
    ProcessIdentity process = ProcessIdentity.living(pidFile).orElseThrow();
    process.signal(true);
    awaitEnd(process);
  }

  /** At most half a minute, far more than any lease. */
  private static void awaitEnd(ProcessIdentity process) throws InterruptedException {
    for (int i = 0; process.alive(); i++) {
      assertThat(i).isLessThan(3000);
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  @Test
  @Order(1)
  void whatOneHostWritesTheOtherReads() throws IOException {
    Files.writeString(host(1, "hello"), "from host 1\n");
    assertThat(host(2, "hello")).hasContent("from host 1\n");
    Files.writeString(host(2, "hello"), "from host 2, longer\n");
    assertThat(host(1, "hello")).hasContent("from host 2, longer\n");
  }

  @Test
  @Order(2)
  void aHealthyClusterSaysSo() {
    Cli status = ok(cfs("status"));
    assertThat(status.out()).contains("HEALTH_OK", "host1", "host2", "READY", "vol1", "2 members",
        "lun0.img");
    assertThat(ok(cfs("status", "--json")).out()).contains("\"health\" : \"HEALTH_OK\"");
    assertThat(ok(cfs("stats")).out()).contains("locks", "network");
    assertThat(ok(cfs("doctor")).out()).contains("(running)");
  }

  @Test
  @Order(3)
  void upOnARunningClusterChangesNothing() {
    ProcessIdentity before = ProcessIdentity.read(pidFile(1)).orElseThrow();
    assertThat(ok(cfs("up")).out()).contains("runs already");
    assertThat(ProcessIdentity.read(pidFile(1))).contains(before);
  }

  @Test
  @Order(4)
  void lunsInUseAreNotCheckedOrFormatted() {
    Cli fsck = cfs("fsck", "-n");
    assertThat(fsck.exitCode()).isEqualTo(8);
    assertThat(fsck.err()).startsWith("error [LUN_BUSY]");
    Cli format = cfs("format", "--lun", run.lun(0).toString(), "--name", "x", "--force", "--yes");
    assertThat(format.exitCode()).isEqualTo(1);
    assertThat(format.err()).startsWith("error [LUN_BUSY]");
  }

  @Test
  @Order(5)
  void aKilledHostIsReplacedAndItsSyncedFilesAreThere() throws Exception {
    Files.write(host(1, "synced"), "kept".getBytes(StandardCharsets.US_ASCII), NEW_AND_SYNCED);
    kill(pidFile(1));
    Cli status = cfs("status");
    assertThat(status.exitCode()).isEqualTo(3);
    assertThat(status.out()).contains("HEALTH_DEGRADED", "HOST_DOWN", "MOUNT_STALE");
    assertThat(host(2, "synced")).hasContent("kept");
    assertThat(ok(cfs("up")).out()).contains("took away the mount of a daemon that is gone");
    assertThat(host(1, "synced")).hasContent("kept");
    assertThat(ok(cfs("status")).out()).contains("HEALTH_OK");
  }

  @Test
  @Order(6)
  void whenEverythingIsKilledUpBringsTheDataBack() throws Exception {
    Files.write(host(2, "all"), new byte[100_000], NEW_AND_SYNCED);
    kill(pidFile(1));
    kill(pidFile(2));
    kill(run.coordinatorPid());
    assertThat(cfs("status").out()).contains("HEALTH_DOWN", "COORDINATOR_DOWN");
    ok(cfs("up"));
    assertThat(host(1, "all")).hasSize(100_000);
    assertThat(host(1, "synced")).hasContent("kept");
  }

  @Test
  @Order(7)
  void aMountInUseIsOnlyTakenAwayByForce() throws Exception {
    Process user = new ProcessBuilder("sleep", "1000").directory(run.mountPoint(2).toFile()).start();
    try {
      Cli refused = cfs("umount", run.mountPoint(2).toString());
      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.err()).startsWith("error [MOUNT_POINT_BUSY]");
      assertThat(host(2, "hello")).exists();
    } finally {
      user.destroyForcibly().waitFor();
    }
    ok(cfs("umount", run.mountPoint(2).toString()));
    assertThat(MountTable.at(run.mountPoint(2))).isEmpty();
    assertThat(ProcessIdentity.living(pidFile(2))).isEmpty();
    assertThat(cfs("status").out()).contains("HOST_DOWN", "1 members");
  }

  @Test
  @Order(8)
  void oneMoreMountIsOneMoreHost() throws IOException {
    Path point = Files.createDirectory(directory.toRealPath().resolve("third"));
    ok(cfs("mount", "vol1", point.toString()));
    assertThat(point.resolve("hello")).hasContent("from host 2, longer\n");
    Cli wrong = cfs("mount", "vol9", point.toString());
    assertThat(wrong.err()).startsWith("error [ARGUMENT_INVALID]").contains("serves volume vol1");
    ok(cfs("umount", point.toString()));
  }

  @Test
  @Order(9)
  void hostsWithoutACoordinatorStopByThemselvesAndUpBringsThemBack() throws Exception {
    ok(cfs("up"));
    Files.write(host(1, "before"), new byte[5000], NEW_AND_SYNCED);
    List<ProcessIdentity> daemons = List.of(ProcessIdentity.living(pidFile(1)).orElseThrow(),
        ProcessIdentity.living(pidFile(2)).orElseThrow());
    kill(run.coordinatorPid());
    for (ProcessIdentity daemon : daemons) {
      awaitEnd(daemon);
    }
    assertThat(MountTable.at(run.mountPoint(1))).isEmpty();
    assertThat(MountTable.at(run.mountPoint(2))).isEmpty();
    assertThat(run.log().resolve("host1.log")).content().contains("fenced: ");
    Cli status = cfs("status");
    assertThat(status.exitCode()).isEqualTo(3);
    assertThat(status.out()).contains("HEALTH_DOWN", "COORDINATOR_DOWN");
    ok(cfs("up"));
    assertThat(host(2, "before")).hasSize(5000);
  }

  @Test
  @Order(10)
  void aHostThatHangsIsKilledBeforeTheOthersGoOn() throws Exception {
    Files.write(host(1, "hung"), "kept".getBytes(StandardCharsets.US_ASCII), NEW_AND_SYNCED);
    ProcessIdentity daemon = ProcessIdentity.living(pidFile(1)).orElseThrow();
    assertThat(new ProcessBuilder("kill", "-STOP", Long.toString(daemon.pid())).start().waitFor()).isZero();
    Files.write(host(2, "hung"), "taken over".getBytes(StandardCharsets.US_ASCII));
    assertThat(daemon.alive()).isFalse();
    assertThat(host(2, "hung")).hasContent("taken over");
    ok(cfs("up"));
    assertThat(host(1, "hung")).hasContent("taken over");
  }

  @Test
  @Order(11)
  void downLeavesNothingRunningAndACleanVolume() {
    ok(cfs("down"));
    for (HostConfig host : run.hosts()) {
      assertThat(ProcessIdentity.living(host.pidFile())).isEmpty();
      assertThat(MountTable.at(host.volume().mountPoint())).isEmpty();
    }
    assertThat(ProcessIdentity.living(run.coordinatorPid())).isEmpty();
    assertThat(ok(cfs("fsck", "-n")).out()).contains("clean:");
    assertThat(ok(cfs("down")).out()).contains("was not running");
  }

  @Test
  @Order(12)
  void aTakenPortIsNamedAndNewOnesAreChosenOnRequest() throws IOException {
    HostConfig host = run.hosts().getFirst();
    Endpoint listen = host.listen();
    try (ServerSocket taken = new ServerSocket(listen.port(), 1, InetAddress.getByName(listen.host()))) {
      Cli refused = cfs("up");
      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.err()).startsWith("error [PORT_TAKEN]").contains(listen.toString(),
          "up --new-ports");
      ok(cfs("down"));
      ok(cfs("up", "--new-ports"));
      assertThat(taken.isBound()).isTrue();
    }
    assertThat(run.hosts().getFirst().listen()).isNotEqualTo(listen);
    assertThat(host.file()).content().contains("# CFS host configuration");
    assertThat(host(1, "hello")).hasContent("from host 2, longer\n");
    assertThat(List.of(run.mountPoint(1), run.mountPoint(2), directory.toRealPath().resolve("third")))
        .allSatisfy(point -> assertThat(MountTable.at(point)).isPresent());
    ok(cfs("down"));
  }
}
