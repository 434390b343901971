package cfs.stress.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import cfs.stress.cluster.Cluster;
import cfs.stress.load.DurableLoad;
import cfs.stress.load.Problems;
import cfs.stress.os.Posix;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Everything is killed under load, several times over; what fsync said is durable is there after each restart. */
@Tag("e2e")
class CrashRestartTest {
  private static final int ROUNDS = Integer.getInteger("cfs.e2e.crashes", 2);
  private static final long SEED = Long.getLong("cfs.e2e.seed", System.nanoTime());

  @RegisterExtension
  static final Cluster CLUSTER = new Cluster("crash");

  private final Problems problems = new Problems();
  private final List<DurableLoad> loads = new ArrayList<>();

  @Test
  @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void syncedDataSurvivesTheDeathOfEverything() throws Exception {
    Assumptions.assumeFalse(Cluster.isPlain(), "skipped: a plain directory has no daemons to kill");
    System.out.println("e2e: crash and restart with -Dcfs.e2e.seed=" + SEED);
    SplittableRandom random = new SplittableRandom(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      loadUntilEverythingIsKilled(round, random);
      CLUSTER.up();
      // Earlier rounds too: replaying the second crash must not undo what the first replay restored.
      loads.forEach(load -> load.check(CLUSTER.mount(1)));
      loads.forEach(load -> load.check(CLUSTER.mount(2)));
      nothingWrong("after crash " + (round + 1));
    }
    CLUSTER.down();
    CLUSTER.fsck();
  }

  private void loadUntilEverythingIsKilled(int round, SplittableRandom random) throws Exception {
    List<String> directories = List.of("crash" + round + "a", "crash" + round + "b");
    for (String directory : directories) {
      Posix.makeDirectory(CLUSTER.mount(1).resolve(directory));
    }
    Posix.syncDirectory(CLUSTER.mount(1));
    DurableLoad.Exchange exchange = new DurableLoad.Exchange();
    List<DurableLoad> both = List.of(
        load(1, directories, random.nextLong(), exchange), load(2, directories, random.nextLong(), exchange));
    both.forEach(DurableLoad::start);
    Thread.sleep(Duration.ofMillis(3000 + random.nextInt(2000)));
    nothingWrong("under load");
    assertThat(both).allSatisfy(load -> assertThat(load.steps()).isPositive());
    both.forEach(DurableLoad::mayDie);
    CLUSTER.killDaemon(1 + round % 2);
    CLUSTER.killCoordinator();
    CLUSTER.killDaemon(2 - round % 2);
    both.forEach(DurableLoad::stop);
    System.out.println("e2e: crash " + (round + 1) + " after "
        + both.stream().mapToLong(DurableLoad::steps).sum() + " steps, "
        + both.stream().mapToInt(DurableLoad::promisedFiles).sum() + " files promised");
    loads.addAll(both);
  }

  private DurableLoad load(int host, List<String> directories, long seed, DurableLoad.Exchange exchange) {
    Path mount = CLUSTER.mount(host);
    return new DurableLoad("h" + host, mount, directories, 2, seed, exchange, problems);
  }

  private void nothingWrong(String when) {
    assertThat(problems.none()).as("%s, seed %d: %s", when, SEED, problems).isTrue();
  }
}
