package cfs.lock;

import cfs.error.Invariant;
import cfs.port.LockMode;

/** Arithmetic on lock modes: the weakest mode that covers two, and the strongest that leaves room for another host. */
final class ModeLattice {
  private static final LockMode[] MODES = LockMode.values();

  private ModeLattice() {}

  static LockMode of(int ordinal) {
    return MODES[ordinal];
  }

  /** The weakest mode that covers both; CW and PR meet in PW. */
  static LockMode join(LockMode a, LockMode b) {
    for (LockMode mode : MODES) {
      if (mode.covers(a) && mode.covers(b)) {
        return mode;
      }
    }
    throw new IllegalStateException("EX covers everything");
  }

  /**
   * The strongest mode a holder of {@code held} may keep while another host gets {@code wanted}. Unique: the modes that
   * are compatible with a given mode and covered by a given mode always have a greatest element (a test checks all pairs).
   */
  static LockMode keep(LockMode held, LockMode wanted) {
    for (int i = MODES.length - 1; i >= 0; i--) {
      if (held.covers(MODES[i]) && MODES[i].compatibleWith(wanted)) {
        return MODES[i];
      }
    }
    throw new IllegalStateException("NL is compatible with everything");
  }

  /** Whether a holder proves that no other host had the right to change metadata: every mode but NL and CR. */
  static boolean excludesWriter(LockMode mode) {
    return !mode.compatibleWith(LockMode.PW);
  }

  static void checkCompatible(LockMode a, LockMode b) {
    Invariant.check(a.compatibleWith(b), "two hosts hold compatible modes");
  }
}
