package cfs.stress.process;

import static org.assertj.core.api.Assertions.assertThat;

import cfs.fs.OpenFile;
import cfs.fs.TestHost;
import cfs.fsck.Fsck;
import cfs.fsck.FsckOptions;
import cfs.fsck.FsckProgress;
import cfs.fsck.FsckReport;
import cfs.fsck.RepairLevel;
import cfs.membership.ThreadedCluster;
import cfs.port.MemoryDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Timeout;

/** Two hosts on a simulated LUN and network: the real lock protocol under the real file system, with lost and repeated frames. */
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClusterInProcessTest {
  /** Each repetition has the next seed; a failure names it, and {@code -Dcfs.seed} starts there. */
  private static final long FIRST_SEED = Long.getLong("cfs.seed", 1);

  private static final int SEEDS = 3;

  private final MemoryDevice lun = new MemoryDevice(512L << 20);
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private long seed;

  @BeforeEach
  void chooseSeed(RepetitionInfo repetition) {
    seed = FIRST_SEED + repetition.getCurrentRepetition() - 1;
  }

  private static void checkClean(MemoryDevice lun) {
    FsckReport report = Fsck.check(lun, new FsckOptions(RepairLevel.NONE, 0), FsckProgress.NONE);
    assertThat(report.isClean()).as(report.findings() + " " + report.failure()).isTrue();
  }

  private static void finish(List<Thread> threads) throws InterruptedException {
    for (Thread t : threads) {
      t.join();
    }
  }

  private void requireNoFailure() {
    if (failure.get() != null) {
      throw new AssertionError("seed " + seed, failure.get());
    }
  }

  @RepeatedTest(SEEDS)
  void bothHostsSeeTheSameTreeAfterAMixedLoad() throws Exception {
    TestHost.format(lun);
    try (ThreadedCluster cluster = new ThreadedCluster(10)) {
      HostInProcess one = new HostInProcess(1, lun, cluster);
      HostInProcess two = new HostInProcess(2, lun, cluster);
      List.of("/a", "/b", "/b/c").forEach(one.host::mkdir);
      List<Thread> load = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        load.add(new RandomLoad(one.host, seed * 100 + i, failure).start(600));
        load.add(new RandomLoad(two.host, seed * 100 + 50 + i, failure).start(600));
      }
      finish(load);
      requireNoFailure();
      TreeMap<String, String> seen = Tree.of(one.host);
      assertThat(Tree.of(two.host)).isEqualTo(seen);
      assertThat(seen).hasSizeGreaterThan(10);
      one.leave();
      two.leave();
      checkClean(lun);
      HostInProcess again = new HostInProcess(3, lun, cluster);
      assertThat(Tree.of(again.host)).isEqualTo(seen);
      again.leave();
    }
  }

  @RepeatedTest(SEEDS)
  void survivorGoesOnAfterADeathAndKeepsWhatWasSynced() throws Exception {
    TestHost.format(lun);
    try (ThreadedCluster cluster = new ThreadedCluster(10)) {
      HostInProcess one = new HostInProcess(1, lun, cluster);
      HostInProcess two = new HostInProcess(2, lun, cluster);
      List.of("/a", "/b", "/b/c", "/synced").forEach(one.host::mkdir);
      Map<String, byte[]> synced = new ConcurrentHashMap<>();
      List<Thread> load = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        new RandomLoad(one.host, seed * 100 + i, failure).start(100_000);
        load.add(new RandomLoad(two.host, seed * 100 + 50 + i, failure).start(800));
      }
      for (int i = 0; i < 40; i++) {
        byte[] content = ("content " + i).repeat(i * 20).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        OpenFile f = one.host.create("/synced/f" + i);
        one.host.write(f, 0, content);
        one.host.fsync(f);
        synced.put("/synced/f" + i, content);
      }
      one.device.cut();
      cluster.kill(1);
      finish(load);
      requireNoFailure();
      assertThat(two.member.view().members()).containsOnlyKeys(2);
      for (Map.Entry<String, byte[]> e : synced.entrySet()) {
        assertThat(two.host.get(e.getKey())).as(e.getKey()).isEqualTo(e.getValue());
      }
      two.leave();
      checkClean(lun);
    }
  }
}
