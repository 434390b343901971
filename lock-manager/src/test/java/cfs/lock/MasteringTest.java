package cfs.lock;

import static org.assertj.core.api.Assertions.assertThat;

import cfs.port.ResourceKind;
import cfs.wire.LockMessage.Resource;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MasteringTest {
  private static final int RESOURCES = 20_000;

  @Test
  void everyHostMastersItsShare() {
    List<Integer> hosts = IntStream.rangeClosed(1, 16).boxed().toList();
    Mastering mastering = new Mastering(hosts);
    int[] count = new int[17];
    for (int i = 0; i < RESOURCES; i++) {
      count[mastering.masterOf(resource(i))]++;
    }
    for (int host : hosts) {
      assertThat(count[host]).isBetween(RESOURCES / 16 * 85 / 100, RESOURCES / 16 * 115 / 100);
    }
  }

  @Test
  void onlyTheResourcesOfAHostThatLeavesMove() {
    Mastering before = new Mastering(List.of(1, 2, 3, 4, 5));
    Mastering after = new Mastering(List.of(5, 4, 2, 1));
    for (int i = 0; i < RESOURCES; i++) {
      int master = before.masterOf(resource(i));
      if (master != 3) {
        assertThat(after.masterOf(resource(i))).isEqualTo(master);
      }
    }
  }

  private static Resource resource(int i) {
    return new Resource(ResourceKind.values()[i % ResourceKind.values().length], i / 3);
  }
}
