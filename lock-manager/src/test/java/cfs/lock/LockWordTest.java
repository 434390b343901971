package cfs.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cfs.error.FsException;
import cfs.port.LockMode;
import org.junit.jupiter.api.Test;

class LockWordTest {
  private static final long EXCLUSIVE = LockWord.withMode(LockWord.IDLE, LockMode.EX);

  @Test
  void pinsOfEachModeAreCountedApart() {
    for (LockMode mode : LockMode.values()) {
      if (mode != LockMode.NL) {
        long word = LockWord.pin(LockWord.pin(EXCLUSIVE, mode), mode);
        for (LockMode other : LockMode.values()) {
          if (other != LockMode.NL) {
            assertThat(LockWord.pins(word, other)).isEqualTo(other == mode ? 2 : 0);
          }
          assertThat(LockWord.pinsFit(word, other)).isEqualTo(other.covers(mode));
        }
        assertThat(LockWord.unpin(LockWord.unpin(word, mode), mode)).isEqualTo(EXCLUSIVE);
      }
    }
  }

  @Test
  void gateKeepsNewPinsOutAndChangesNothingElse() {
    long pinned = LockWord.pin(EXCLUSIVE, LockMode.PR);
    long gated = LockWord.withGate(pinned, true);
    assertThat(LockWord.admits(pinned, LockMode.PR)).isTrue();
    assertThat(LockWord.admits(gated, LockMode.PR)).isFalse();
    assertThat(LockWord.withGate(gated, false)).isEqualTo(pinned);
  }

  @Test
  void retiredLockAdmitsNothing() {
    for (LockMode mode : LockMode.values()) {
      assertThat(LockWord.admits(LockWord.RETIRED, mode)).isFalse();
    }
  }

  @Test
  void pinBeyondTheLimitIsRefusedInsteadOfFreeingTheLock() {
    long word = EXCLUSIVE;
    for (int i = 0; i < LockWord.MAX_PINS; i++) {
      word = LockWord.pin(word, LockMode.EX);
    }
    long full = word;
    assertThat(LockWord.pins(full, LockMode.EX)).isEqualTo(LockWord.MAX_PINS);
    assertThatThrownBy(() -> LockWord.pin(full, LockMode.EX)).isInstanceOf(FsException.class);
  }

  @Test
  void releaseWithoutPinAndModeBelowAPinAreBugs() {
    assertThatThrownBy(() -> LockWord.unpin(EXCLUSIVE, LockMode.PR))
        .isInstanceOf(IllegalStateException.class);
    long pinned = LockWord.pin(EXCLUSIVE, LockMode.EX);
    assertThatThrownBy(() -> LockWord.withMode(pinned, LockMode.PR))
        .isInstanceOf(IllegalStateException.class);
  }
}
