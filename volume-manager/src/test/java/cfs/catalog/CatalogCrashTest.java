package cfs.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import cfs.lun.MemoryLun.PowerLost;
import cfs.lun.VolumeError;
import cfs.lun.VolumeException;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Power loss at every write and flush of a catalog change, with every kind of tear, leaves the old or the new catalog. */
class CatalogCrashTest {
  private static final int TEARS = 12;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void crashAnywhereInAChangeLeavesOldOrNew(int lunCount) {
    TestGroup fresh = TestGroup.create(lunCount);
    Set<String> seen = new HashSet<>();
    for (int cut = 0; cut < callsOfAChange(fresh); cut++) {
      for (int tear = 0; tear < TEARS; tear++) {
        TestGroup left = crashedChange(fresh, cut).afterPowerLoss(new Random(cut * 1000L + tear));
        String name = left.store().open().name();
        seen.add(name);
        assertThat(name).as("cut %d tear %d", cut, tear).isIn("old", "new");
        assertStays(left, name);
      }
    }
    assertThat(seen).containsExactlyInAnyOrder("old", "new");
  }

  @Test
  void completedChangeIsNewWhateverPowerLossDoes() {
    TestGroup fresh = TestGroup.create(3);
    for (int tear = 0; tear < TEARS; tear++) {
      TestGroup group = fresh.copy();
      change(group, "new");
      TestGroup left = group.afterPowerLoss(new Random(tear));
      assertThat(left.store().open().name()).isEqualTo("new");
      assertStays(left, "new");
    }
  }

  /** What a reader without one LUN decided must never be contradicted when that LUN comes back. */
  @Test
  void readerThatMissesALunDecidesForGoodOrRefuses() {
    TestGroup fresh = TestGroup.create(3);
    int refused = 0;
    int decided = 0;
    for (int cut = 0; cut < callsOfAChange(fresh); cut++) {
      for (int tear = 0; tear < TEARS; tear++) {
        for (int missing = 0; missing < 3; missing++) {
          TestGroup left = crashedChange(fresh, cut).afterPowerLoss(new Random(cut * 1000L + tear));
          try {
            String name = left.storeWithout(missing).open().name();
            decided++;
            assertThat(left.store().open().name()).as("cut %d tear %d missing %d", cut, tear, missing)
                .isEqualTo(name);
          } catch (VolumeException e) {
            refused++;
            assertThat(e.code()).isEqualTo(VolumeError.CATALOG_UNRESOLVED);
            assertThat(left.store().open().name()).isIn("old", "new");
          }
        }
      }
    }
    assertThat(refused).isPositive();
    assertThat(decided).isPositive();
  }

  @Test
  void crashWhileACommitIsCompletedIsHarmless() {
    TestGroup fresh = TestGroup.create(3);
    int completed = 0;
    for (int cut = 0; cut < callsOfAChange(fresh); cut++) {
      TestGroup left = crashedChange(fresh, cut).afterPowerLoss(new Random(cut));
      TestGroup probe = left.copy();
      String name = probe.store().open().name();
      completed += probe.power.passed() > 0 ? 1 : 0;
      for (int again = 0; again < probe.power.passed(); again++) {
        TestGroup crashed = left.copy();
        crashed.power.cutAfter(again);
        assertThat(cutOff(() -> crashed.store().open())).isTrue();
        TestGroup after = crashed.afterPowerLoss(new Random(again));
        assertThat(after.store().open().name()).isEqualTo(name);
      }
    }
    assertThat(completed).isPositive();
  }

  @Test
  void nextChangeAfterAnyCrashWorksAndWins() {
    TestGroup fresh = TestGroup.create(3);
    for (int cut = 0; cut < callsOfAChange(fresh); cut++) {
      for (int tear = 0; tear < TEARS; tear++) {
        TestGroup left = crashedChange(fresh, cut).afterPowerLoss(new Random(cut * 1000L + tear));
        Catalog third = change(left, "third");
        assertThat(third.generation()).isGreaterThan(1);
        assertStays(left, "third");
        TestGroup later = left.afterPowerLoss(new Random(tear));
        assertStays(later, "third");
      }
    }
  }

  /** Stays the same with all LUNs and without any one that is not needed for the majority. */
  private static void assertStays(TestGroup group, String name) {
    assertThat(group.store().open().name()).isEqualTo(name);
    int count = group.luns.size();
    for (int missing = 0; count > 2 && missing < count; missing++) {
      try {
        assertThat(group.storeWithout(missing).open().name()).isEqualTo(name);
      } catch (VolumeException e) {
        assertThat(e.code()).isEqualTo(VolumeError.CATALOG_UNRESOLVED);
        assertThat(name).isNotEqualTo("third");
      }
    }
  }

  private static Catalog change(TestGroup group, String name) {
    CatalogStore store = group.store();
    return store.change(store.open().withName(name));
  }

  private static int callsOfAChange(TestGroup fresh) {
    TestGroup group = fresh.copy();
    change(group, "new");
    assertThat(group.power.passed()).isEqualTo(fresh.luns.size() * 6L);
    return (int) group.power.passed();
  }

  private static TestGroup crashedChange(TestGroup fresh, int cut) {
    TestGroup group = fresh.copy();
    group.power.cutAfter(cut);
    assertThat(cutOff(() -> change(group, "new"))).isTrue();
    return group;
  }

  private static boolean cutOff(Runnable work) {
    try {
      work.run();
      return false;
    } catch (PowerLost e) {
      return true;
    }
  }
}
