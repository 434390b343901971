package cfs.runtime.adapter;

import cfs.error.Invariant;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The few threads on which all lanes of a daemon run, and the one that keeps their timers. */
public final class LanePool implements AutoCloseable {
  private final ThreadPoolExecutor threads;
  private final ScheduledThreadPoolExecutor timers;
  private final Failures failures;

  /** @param threadCount threads shared by the lanes; more than there are lanes is of no use */
  public LanePool(int threadCount, Failures failures) {
    Invariant.check(threadCount > 0, "lanes need a thread", threadCount);
    this.failures = failures;
    // Unbounded, but holds each lane at most once; so it refuses only after close, when nobody waits for events.
    threads = new ThreadPoolExecutor(threadCount, threadCount, 0, TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        factory("cfs-lane", failures), new ThreadPoolExecutor.DiscardPolicy());
    threads.prestartAllCoreThreads();
    timers = timers("cfs-timer", failures);
  }

  public ExecutorLane lane(String name) {
    return new ExecutorLane(name, threads, timers, failures);
  }

  /** Stops within a second; events that wait are dropped. */
  @Override
  public void close() {
    timers.shutdownNow();
    threads.shutdownNow();
    try {
      threads.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static ThreadFactory factory(String name, Failures failures) {
    return Thread.ofPlatform().daemon().name(name + "-", 0).uncaughtExceptionHandler(failures).factory();
  }

  static ScheduledThreadPoolExecutor timers(String name, Failures failures) {
    ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1, factory(name, failures),
        new ThreadPoolExecutor.DiscardPolicy());
    timers.setRemoveOnCancelPolicy(true);
    return timers;
  }
}
