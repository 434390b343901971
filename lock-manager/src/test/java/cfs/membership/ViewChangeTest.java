package cfs.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ViewChangeTest {
  private static final HostRecord ONE = new HostRecord(1, 11, "a:1", "pid 1");
  private static final HostRecord TWO = new HostRecord(2, 22, "b:2", "");
  private static final HostRecord THREE = new HostRecord(3, 33, "c:3\nd", "x y");
  private static final HostRecord ONE_AGAIN = new HostRecord(1, 111, "a:1", "pid 9");

  @Test
  void viewSurvivesTheStoreAndDamageIsRefused() {
    View view = view(7, Map.of(9, 2), ONE, TWO, THREE);
    assertThat(View.fromBytes(view.toBytes())).isEqualTo(view);
    String text = new String(view.toBytes(), StandardCharsets.UTF_8);
    for (String bad : new String[]{"", "cfs-view 2\nepoch 1\nend\n", text.substring(0, text.length() - 3),
        text.replace("member 1", "member 4000"), text.replace("epoch 7", "epoch"),
        text.replace("recovering 9", "lost 9")}) {
      assertThatThrownBy(() -> View.fromBytes(bad.getBytes(StandardCharsets.UTF_8)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void firstHostMakesTheFirstView() {
    assertThat(next(View.NONE, ONE, Phase.JOINING, Set.of(), Set.of(), ONE))
        .isEqualTo(view(1, Map.of(), ONE));
  }

  @Test
  void deadHostStaysUntilItsFenceIsVerified() {
    View view = view(4, Map.of(), ONE, TWO);
    assertThat(next(view, TWO, Phase.MEMBER, Set.of(), Set.of(), TWO)).isNull();
    assertThat(next(view, TWO, Phase.MEMBER, Set.of(ONE), Set.of(), TWO))
        .isEqualTo(view(5, Map.of(1, 2), TWO));
  }

  @Test
  void onlyTheLowestLiveMemberEvicts() {
    View view = view(4, Map.of(), ONE, TWO, THREE);
    assertThat(next(view, THREE, Phase.MEMBER, Set.of(ONE), Set.of(), TWO, THREE)).isNull();
    assertThat(next(view, TWO, Phase.MEMBER, Set.of(ONE), Set.of(), TWO, THREE))
        .isEqualTo(view(5, Map.of(1, 2), TWO, THREE));
  }

  @Test
  void endOfARecoveryKeepsTheEpoch() {
    View view = view(5, Map.of(1, 2, 9, 3), TWO, THREE);
    assertThat(next(view, TWO, Phase.MEMBER, Set.of(), Set.of(1), TWO, THREE))
        .isEqualTo(view(5, Map.of(9, 3), TWO, THREE));
  }

  @Test
  void replayOfADeadReplayerGoesToTheLeader() {
    View view = view(5, Map.of(9, 3), ONE, TWO, THREE);
    assertThat(next(view, ONE, Phase.MEMBER, Set.of(THREE), Set.of(), ONE, TWO))
        .isEqualTo(view(6, Map.of(9, 1, 3, 1), ONE, TWO));
  }

  @Test
  void hostDoesNotJoinWhileAnotherReplaysItsSlot() {
    View view = view(5, Map.of(1, 2), TWO);
    assertThat(next(view, ONE_AGAIN, Phase.JOINING, Set.of(), Set.of(), ONE_AGAIN, TWO)).isNull();
    // Not even when that replayer is gone but may still write.
    assertThat(next(view, ONE_AGAIN, Phase.JOINING, Set.of(), Set.of(), ONE_AGAIN)).isNull();
    assertThat(next(view, ONE_AGAIN, Phase.JOINING, Set.of(TWO), Set.of(), ONE_AGAIN))
        .isEqualTo(view(6, Map.of(1, 1, 2, 1), ONE_AGAIN));
  }

  @Test
  void coldStartFencesAndRecoversTheFormerRuns() {
    View view = view(8, Map.of(), ONE, TWO);
    assertThat(next(view, ONE_AGAIN, Phase.JOINING, Set.of(TWO), Set.of(), ONE_AGAIN)).isNull();
    assertThat(next(view, ONE_AGAIN, Phase.JOINING, Set.of(ONE, TWO), Set.of(), ONE_AGAIN))
        .isEqualTo(view(9, Map.of(1, 1, 2, 1), ONE_AGAIN));
  }

  @Test
  void hostLeavesOnlyAfterItGaveItsLocksUpAndReplaysNothing() {
    View view = view(3, Map.of(), ONE, TWO);
    assertThat(next(view, TWO, Phase.LEAVING, Set.of(), Set.of(), ONE, TWO))
        .isEqualTo(view(4, Map.of(), ONE));
    assertThat(
        new ViewChange(view, announced(ONE, TWO), TWO, Phase.LEAVING, false, Set.of(), Set.of()).next())
        .isNull();
    View replaying = view(3, Map.of(9, 2), ONE, TWO);
    assertThat(next(replaying, TWO, Phase.LEAVING, Set.of(), Set.of(), ONE, TWO)).isNull();
  }

  private static View next(View view, HostRecord self, Phase phase, Set<HostRecord> fenced,
      Set<Integer> replayed,
      HostRecord... announced) {
    return new ViewChange(view, announced(announced), self, phase, true, fenced, replayed).next();
  }

  private static SortedMap<Integer, HostRecord> announced(HostRecord... hosts) {
    SortedMap<Integer, HostRecord> map = new TreeMap<>();
    Arrays.stream(hosts).forEach(host -> map.put(host.hostId(), host));
    return map;
  }

  private static View view(long epoch, Map<Integer, Integer> recovering, HostRecord... members) {
    return new View(epoch, announced(members), new TreeMap<>(recovering));
  }
}
