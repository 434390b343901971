package cfs.host.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import cfs.host.admin.AdminClient;
import cfs.host.admin.HostState;
import cfs.host.admin.HostStatus.LunStatus;
import cfs.host.admin.HostStatus.ViewStatus;
import cfs.host.admin.HostStatus.VolumeStatus;
import cfs.host.config.Configs;
import cfs.host.config.HostConfig;
import cfs.host.os.ProcessIdentity;
import cfs.host.problem.Problem;
import cfs.host.problem.ProblemCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The daemon around a host that is started and stopped by the test. */
@Timeout(60)
class DaemonTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir
  private Path directory;

  private HostConfig config;
  private final CompletableFuture<Runnable> unmounted = new CompletableFuture<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean inUse;

  @BeforeEach
  void configure() throws Exception {
    config = Configs.in(directory.toRealPath());
  }

  private final class QuietHost implements RunningHost {
    @Override
    public ViewStatus view() {
      return new ViewStatus(3, List.of());
    }

    @Override
    public VolumeStatus volume() {
      return new VolumeStatus("vol1", "uuid", 100, 10, 90, "linear");
    }

    @Override
    public List<LunStatus> luns() {
      return List.of();
    }

    @Override
    public Condition condition() {
      return Condition.SERVING;
    }

    @Override
    public Map<String, Map<String, Long>> counters() {
      return Map.of("locks", Map.of("held", 5L));
    }

    @Override
    public void unmount() {
      if (inUse) {
        throw new Problem(ProblemCode.MOUNT_POINT_BUSY, "A program uses it", "fuser -vm /mnt");
      }
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }

  private CompletableFuture<Integer> run(HostStarter starter) {
    CompletableFuture<Integer> exit = new CompletableFuture<>();
    Thread.ofPlatform().daemon().start(() -> exit.complete(new Daemon(config, starter).run()));
    return exit;
  }

  private RunningHost start(HostConfig started, java.util.function.Consumer<String> step,
      java.util.function.Consumer<String> fenced, Runnable gone) {
    unmounted.complete(gone);
    return new QuietHost();
  }

  @Test
  void aReadyDaemonAnswersAndAStopRequestEndsItCleanly() throws Exception {
    CompletableFuture<Integer> exit = run(this::start);
    unmounted.get(20, TimeUnit.SECONDS);
    AdminClient client = new AdminClient(config.adminSocket());
    assertThat(client.stop(LIMIT)).isTrue();
    assertThat(exit.get(20, TimeUnit.SECONDS)).isZero();
    assertThat(closed.getCount()).isZero();
    assertThat(config.adminSocket()).doesNotExist();
    assertThat(config.pidFile()).doesNotExist();
  }

  @Test
  void theAdminSocketAnswersWhileTheHostStarts() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch starting = new CountDownLatch(1);
    CompletableFuture<Integer> exit = run((started, step, fenced, gone) -> {
      step.accept("waiting for the test");
      starting.countDown();
      await(go);
      return start(started, step, fenced, gone);
    });
    await(starting);
    var status = new AdminClient(config.adminSocket()).status(LIMIT).orElseThrow();
    assertThat(status.state()).isEqualTo(HostState.STARTING);
    assertThat(status.step()).isEqualTo("waiting for the test");
    assertThat(status.volume()).isNull();
    go.countDown();
    unmounted.get(20, TimeUnit.SECONDS).run();
    assertThat(exit.get(20, TimeUnit.SECONDS)).isZero();
  }

  @Test
  void aMountThatIsInUseIsNotStoppedByAPoliteUnmount() throws Exception {
    inUse = true;
    CompletableFuture<Integer> exit = run(this::start);
    unmounted.get(20, TimeUnit.SECONDS);
    AdminClient client = new AdminClient(config.adminSocket());
    awaitReady(client);
    Problem refused = org.assertj.core.api.Assertions.catchThrowableOfType(Problem.class,
        () -> client.unmount(LIMIT));
    assertThat(refused.code()).isEqualTo("MOUNT_POINT_BUSY");
    assertThat(closed.getCount()).isOne();
    inUse = false;
    assertThat(client.unmount(LIMIT)).isTrue();
    assertThat(exit.get(20, TimeUnit.SECONDS)).isZero();
  }

  @Test
  void aMountThatIsTakenAwayByTheSystemEndsTheDaemon() throws Exception {
    CompletableFuture<Integer> exit = run(this::start);
    unmounted.get(20, TimeUnit.SECONDS).run();
    assertThat(exit.get(20, TimeUnit.SECONDS)).isZero();
    assertThat(closed.getCount()).isZero();
  }

  @Test
  void aFailedStartLeavesNothingBehind() throws Exception {
    int exit = run((started, step, fenced, gone) -> {
      throw new Problem(ProblemCode.COORDINATOR_UNREACHABLE, "Nobody answers", "./cfs up");
    }).get(20, TimeUnit.SECONDS);
    assertThat(exit).isOne();
    assertThat(config.adminSocket()).doesNotExist();
    assertThat(config.pidFile()).doesNotExist();
  }

  @Test
  void aSecondDaemonOfTheSameHostTouchesNothingOfTheFirst() throws Exception {
    Process other = new ProcessBuilder("sleep", "1000").start();
    try {
      ProcessIdentity.of(other.pid()).orElseThrow().write(config.pidFile());
      Files.createFile(config.adminSocket());
      assertThat(run(this::start).get(20, TimeUnit.SECONDS)).isOne();
      assertThat(ProcessIdentity.living(config.pidFile())).isPresent();
      assertThat(config.adminSocket()).exists();
      assertThat(unmounted).isNotDone();
    } finally {
      other.destroyForcibly().waitFor();
    }
  }

  private static void awaitReady(AdminClient client) throws InterruptedException {
    for (int i = 0; client.status(LIMIT).orElseThrow().state() != HostState.READY; i++) {
      assertThat(i).isLessThan(1000);
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }
}
