package cfs.port;

/** Monotonic time for leases and timers, and wall time for file timestamps; never mixed. */
public interface Clock {
  /** Monotonic, counts also while the process is stopped; nanoseconds from an arbitrary origin. */
  long nanoTime();

  /** Nanoseconds since 1970-01-01 UTC; may jump. */
  long wallNanos();
}
