package cfs.port;

/** Starts blocking work off the lanes (lock demotion, journal replay, background checkpoint). */
public interface TaskSpawner {
  /** @param name shown in thread dumps; never unique by itself */
  void spawn(String name, Runnable task);

  /** Runs {@code task} every {@code periodNanos} (measured from end to start) until the handle is cancelled. */
  Lane.Timer every(String name, long periodNanos, Runnable task);
}
