package cfs.error;

/** Always-on checks of what must be true whatever the input; a failure is a bug of CFS, never of the user. */
public final class Invariant {
  private Invariant() {}

  public static void check(boolean holds, String what) {
    if (!holds) {
      throw new IllegalStateException("invariant violated: " + what);
    }
  }

  public static void check(boolean holds, String what, long value) {
    if (!holds) {
      throw new IllegalStateException("invariant violated: " + what + " (" + value + ")");
    }
  }
}
