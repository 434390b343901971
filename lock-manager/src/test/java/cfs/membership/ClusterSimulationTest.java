package cfs.membership;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Whole clusters from seeds, with lost, repeated and late messages, crashes, partitions, pauses, failing fences and
 * demotions. A failure prints its seed; {@code -Dcfs.seed=N} runs that one alone, {@code -Dcfs.seeds=N} as many.
 */
class ClusterSimulationTest {
  @Test
  void noSeedBreaksTheCluster() {
    Long only = Long.getLong("cfs.seed");
    long first = only != null ? only : 1;
    long last = only != null ? only : Long.getLong("cfs.seeds", 200);
    Map<String, Integer> effects = new TreeMap<>();
    for (long seed = first; seed <= last; seed++) {
      SimWorld world = new SimWorld(seed);
      try {
        world.run();
      } catch (RuntimeException | AssertionError failure) {
        throw new AssertionError(
            "replay with -Dcfs.seed=" + seed + ": " + failure.getMessage() + "\n" + world.describe(),
            failure);
      }
      world.effects.forEach((effect, count) -> effects.merge(effect, count, Integer::sum));
    }
    System.out.println("effects of the faults: " + effects);
    if (only == null && last >= 200) {
      assertThat(effects).containsKeys("dropped", "fenced", "fence failed", "replayed", "replayer killed",
          "left",
          "demotion failed", "replay failed", "paused", "store cut");
    }
  }
}
