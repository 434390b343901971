package cfs.lock;

import static org.assertj.core.api.Assertions.assertThat;

import cfs.port.LockMode;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModesTest {
  @Test
  void joinIsTheWeakestModeThatCoversBoth() {
    for (LockMode a : LockMode.values()) {
      for (LockMode b : LockMode.values()) {
        LockMode join = ModeLattice.join(a, b);
        assertThat(join.covers(a) && join.covers(b)).isTrue();
        assertThat(all()).filteredOn(mode -> mode.covers(a) && mode.covers(b))
            .allMatch(mode -> mode.covers(join));
      }
    }
    assertThat(ModeLattice.join(LockMode.CW, LockMode.PR)).isEqualTo(LockMode.PW);
  }

  @Test
  void keepIsTheStrongestModeThatLeavesRoom() {
    for (LockMode held : LockMode.values()) {
      for (LockMode wanted : LockMode.values()) {
        LockMode keep = ModeLattice.keep(held, wanted);
        assertThat(held.covers(keep) && keep.compatibleWith(wanted)).isTrue();
        assertThat(all()).filteredOn(mode -> held.covers(mode) && mode.compatibleWith(wanted))
            .allMatch(keep::covers);
      }
    }
  }

  @Test
  void onlyNullAndConcurrentReadLeaveRoomForAWriter() {
    assertThat(all()).filteredOn(mode -> !ModeLattice.excludesWriter(mode)).containsExactly(LockMode.NL,
        LockMode.CR);
  }

  private static List<LockMode> all() {
    return Arrays.asList(LockMode.values());
  }
}
