package cfs.lock;

/** When an unanswered message is sent again: after 20 ms, then twice as long each time, up to 500 ms. */
final class Repeat {
  static final long FIRST_NANOS = 20_000_000;
  static final long LONGEST_NANOS = 500_000_000;

  private long dueNanos;
  private long delayNanos = FIRST_NANOS;

  /** The message was sent for the first time. */
  void start(long nowNanos) {
    delayNanos = FIRST_NANOS;
    dueNanos = nowNanos + delayNanos;
  }

  /** Whether it must be sent again now; then the next time is twice as far away. */
  boolean due(long nowNanos) {
    if (nowNanos - dueNanos < 0) {
      return false;
    }
    delayNanos = Math.min(2 * delayNanos, LONGEST_NANOS);
    dueNanos = nowNanos + delayNanos;
    return true;
  }
}
