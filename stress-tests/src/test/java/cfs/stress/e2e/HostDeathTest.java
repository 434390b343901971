package cfs.stress.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import cfs.stress.cluster.Cluster;
import cfs.stress.load.DurableLoad;
import cfs.stress.load.Problems;
import cfs.stress.os.Posix;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One of two hosts dies in the middle of its work; the other waits for its lease at most, and nothing synced is lost. */
@Tag("e2e")
class HostDeathTest {
  private static final List<String> DIRECTORIES = List.of("shared0", "shared1", "shared2");
  private static final long SEED = Long.getLong("cfs.e2e.seed", System.nanoTime());
  /** For replay and for a busy machine, on top of the time until a silent host counts as dead. */
  private static final Duration STALL_GRACE = Duration.ofSeconds(2);

  @RegisterExtension
  static final Cluster CLUSTER = new Cluster("death");

  private final Problems problems = new Problems();

  @Test
  @Timeout(value = 400, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void deadHostCostsTheOtherABoundedPauseAndNoSyncedData() throws Exception {
    Assumptions.assumeFalse(Cluster.isPlain(), "skipped: a plain directory has no daemon to kill");
    System.out.println("e2e: host death with -Dcfs.e2e.seed=" + SEED);
    for (String directory : DIRECTORIES) {
      Posix.makeDirectory(CLUSTER.mount(1).resolve(directory));
    }
    Posix.syncDirectory(CLUSTER.mount(1));
    DurableLoad.Exchange exchange = new DurableLoad.Exchange();
    DurableLoad dying = load("h1", 1, 1, exchange);
    DurableLoad living = load("h2", 2, 2, exchange);
    dying.start();
    living.start();
    Thread.sleep(Duration.ofSeconds(5));
    nothingWrong("before the kill");

    long stepsBefore = living.steps();
    dying.mayDie();
    long killed = System.nanoTime();
    CLUSTER.killDaemon(1);
    dying.stop();
    Thread.sleep(CLUSTER.leaseBound().plus(STALL_GRACE).plusSeconds(4));
    nothingWrong("after the kill");
    long stepsAfter = living.steps();

    // The dead host joins again while the other works on.
    CLUSTER.up();
    assertThat(CLUSTER.daemonRuns(1)).isTrue();
    DurableLoad again = load("h1again", 1, 3, exchange);
    again.start();
    Thread.sleep(Duration.ofSeconds(3));
    again.stop();
    living.stop();
    nothingWrong("after the host joined again");
    Duration stall = living.longestStall(killed);
    System.out.printf("e2e: host death: %d steps before, %d while alone, longest stall %d ms, bound %d ms%n",
        stepsBefore,
        stepsAfter - stepsBefore, stall.toMillis(), CLUSTER.leaseBound().plus(STALL_GRACE).toMillis());

    for (int host = 1; host <= 2; host++) {
      dying.check(CLUSTER.mount(host));
      living.check(CLUSTER.mount(host));
      again.check(CLUSTER.mount(host));
    }
    nothingWrong("at the end");
    assertThat(dying.promisedFiles()).isGreaterThan(5);
    assertThat(again.steps()).isPositive();
    assertThat(stepsAfter).as("steps of the surviving host").isGreaterThan(stepsBefore);
    assertThat(stall).isLessThanOrEqualTo(CLUSTER.leaseBound().plus(STALL_GRACE));
    CLUSTER.down();
    CLUSTER.fsck();
  }

  private DurableLoad load(String name, int host, int salt, DurableLoad.Exchange exchange) {
    return new DurableLoad(name, CLUSTER.mount(host), DIRECTORIES, 2, SEED + salt, exchange, problems);
  }

  private void nothingWrong(String when) {
    assertThat(problems.none()).as("%s, seed %d: %s", when, SEED, problems).isTrue();
  }
}
