package cfs.port;

/**
 * A single-threaded executor that owns a protocol state machine: what is posted runs in order, never concurrently.
 * Handlers never block and stay under 100 microseconds.
 */
public interface Lane {
  void post(Runnable event);

  /** Runs {@code event} on this lane once after {@code delayNanos}, unless cancelled before. */
  Timer after(long delayNanos, Runnable event);

  /** A pending timer; cancelling from the lane guarantees that the event does not run. */
  interface Timer {
    void cancel();
  }
}
