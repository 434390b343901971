package cfs.lock;

import cfs.error.FsError;
import cfs.error.FsException;
import cfs.error.Invariant;
import cfs.port.LockMode;

/**
 * The state of a cached lock in 64 bits, so that threads pin and unpin with one compare-and-set.
 *
 * <pre>
 * bits  0..2   cached mode, or 7: this object is retired
 * bit   3      gate: no new pins, somebody else waits; a release must tell the lane
 * bits  4..15  pins in CR;  16..27 CW;  28..39 PR;  40..51 PW;  52..63 EX
 * </pre>
 *
 * Threads only change pin counts; mode and gate change on the lane alone.
 */
final class LockWord {
  static final int MAX_PINS = 0xFFF;
  /** Mode NL, gate open, no pins. */
  static final long IDLE = 0;
  /** Covers nothing; another object may represent the resource now. */
  static final long RETIRED = 7;

  private static final long MODE = 7;
  private static final long GATE = 8;
  private static final long PINS = -1L << 4;
  /** For each value of the mode bits, a bit for each mode that it covers. */
  private static final int[] COVERED = new int[8];
  /** For each mode, the pin counts of the modes that it covers. */
  private static final long[] COVERED_PINS = new long[6];

  static {
    for (LockMode mode : LockMode.values()) {
      for (LockMode other : LockMode.values()) {
        if (mode.covers(other)) {
          COVERED[mode.ordinal()] |= 1 << other.ordinal();
          COVERED_PINS[mode.ordinal()] |= other == LockMode.NL ? 0 : (long) MAX_PINS << shift(other);
        }
      }
    }
  }

  private LockWord() {}

  static LockMode mode(long word) {
    return ModeLattice.of((int) (word & MODE));
  }

  static boolean gated(long word) {
    return (word & GATE) != 0;
  }

  static boolean retired(long word) {
    return (word & MODE) == RETIRED;
  }

  static boolean pinned(long word) {
    return (word & PINS) != 0;
  }

  /** Whether every pin could go on if only {@code mode} were held. */
  static boolean pinsFit(long word, LockMode mode) {
    return (word & PINS & ~COVERED_PINS[mode.ordinal()]) == 0;
  }

  static boolean covers(long word, LockMode mode) {
    return (COVERED[(int) (word & MODE)] >> mode.ordinal() & 1) != 0;
  }

  /** Whether a thread may pin without asking the lane. */
  static boolean admits(long word, LockMode mode) {
    return covers(word, mode) && !gated(word);
  }

  static int pins(long word, LockMode mode) {
    return (int) (word >>> shift(mode)) & MAX_PINS;
  }

  /** Throws FsException(BUSY) at {@link #MAX_PINS} pins of one lock in one mode: an overflow would free the lock. */
  static long pin(long word, LockMode mode) {
    if (pins(word, mode) == MAX_PINS) {
      throw new FsException(FsError.BUSY,
          "one cluster lock is pinned " + MAX_PINS + " times in mode " + mode);
    }
    return word + (1L << shift(mode));
  }

  static long unpin(long word, LockMode mode) {
    Invariant.check(pins(word, mode) > 0, "a released lock is pinned in that mode", mode.ordinal());
    return word - (1L << shift(mode));
  }

  static long withMode(long word, LockMode mode) {
    Invariant.check(pinsFit(word, mode), "a mode below a pin is never set", mode.ordinal());
    return (word & ~MODE) | mode.ordinal();
  }

  static long withGate(long word, boolean closed) {
    return closed ? word | GATE : word & ~GATE;
  }

  private static int shift(LockMode mode) {
    Invariant.check(mode != LockMode.NL, "a pin has a mode");
    return 4 + 12 * (mode.ordinal() - 1);
  }
}
