package cfs.stress.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import cfs.stress.cluster.Cluster;
import cfs.stress.load.MixedLoad;
import cfs.stress.load.Problems;
import cfs.stress.load.TreeSnapshot;
import cfs.stress.os.Posix;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two hosts do everything at once in the same directories, and agree about the result, also after a restart. */
@Tag("e2e")
class MixedLoadTest {
  private static final Duration LENGTH = Duration.ofSeconds(Long.getLong("cfs.e2e.seconds", 60));
  private static final int TREE_SIZE_MIN = 10;
  private static final long SEED = Long.getLong("cfs.e2e.seed", System.nanoTime());

  @RegisterExtension
  static final Cluster CLUSTER = new Cluster("mixed");

  private final Problems problems = new Problems();

  @Test
  @Timeout(value = 1200, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void hostsAgreeAfterAnyMixOfOperations() throws Exception {
    System.out.println("e2e: mixed load with -Dcfs.e2e.seed=" + SEED);
    Posix.makeDirectory(root(1));
    MixedLoad.prepare(root(1));
    MixedLoad load = new MixedLoad(List.of(root(1), root(2)), 3, SEED, problems);
    load.run(LENGTH);
    System.out.println("e2e: mixed load: " + load);
    nothingWrong();
    assertThat(load.succeeded("create")).as("the load did something").isGreaterThan(LENGTH.toSeconds());

    TreeSnapshot first = TreeSnapshot.of(root(1));
    first.checkLinkCounts(problems);
    first.compare("host1", TreeSnapshot.of(root(2)), "host2", problems);
    nothingWrong();
    assertThat(first.size()).isGreaterThan(TREE_SIZE_MIN);

    CLUSTER.down();
    CLUSTER.fsck();
    CLUSTER.up();
    first.compare("before the restart", TreeSnapshot.of(root(2)), "host2 after it", problems);
    first.compare("before the restart", TreeSnapshot.of(root(1)), "host1 after it", problems);
    nothingWrong();
  }

  private void nothingWrong() {
    assertThat(problems.none()).as("seed %d: %s", SEED, problems).isTrue();
  }

  private static Path root(int host) {
    return CLUSTER.mount(host).resolve("mixed");
  }
}
