package cfs.runtime.adapter;

import cfs.error.Invariant;
import cfs.port.Lane;
import cfs.port.TaskSpawner;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Blocking work on a bounded pool of daemon threads. Up to {@code maxThreads} tasks run at once and {@link #MAX_WAITING}
 * wait; more is a bug and throws at the spawner. A task must not wait for one that was spawned later.
 */
public final class PlatformTasks implements TaskSpawner, AutoCloseable {
  public static final int MAX_WAITING = 1 << 16;

  private final ThreadPoolExecutor threads;
  private final ScheduledThreadPoolExecutor timers;
  private final Failures failures;
  private volatile boolean closed;

  public PlatformTasks(int maxThreads, Failures failures) {
    this.failures = failures;
    threads = new ThreadPoolExecutor(maxThreads, maxThreads, 30, TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(MAX_WAITING), LanePool.factory("cfs-task", failures));
    threads.allowCoreThreadTimeOut(true);
    timers = LanePool.timers("cfs-task-timer", failures);
  }

  @Override
  public void spawn(String name, Runnable task) {
    try {
      threads.execute(() -> {
        Thread thread = Thread.currentThread();
        String idle = thread.getName();
        thread.setName("cfs-" + name);
        task.run();
        // Not in a finally: whoever reports a failure must see the task's name, and the thread ends with it.
        thread.setName(idle);
      });
    } catch (RejectedExecutionException e) {
      throw new IllegalStateException(
          closed ? "task " + name + " was spawned after close" : "more than " + MAX_WAITING + " tasks wait",
          e);
    }
  }

  @Override
  public Lane.Timer every(String name, long periodNanos, Runnable task) {
    Invariant.check(periodNanos > 0, "a period is positive", periodNanos);
    Periodic periodic = new Periodic(name, periodNanos, task);
    periodic.scheduleNext();
    return periodic;
  }

  /** Interrupts what runs and waits up to five seconds for it. */
  @Override
  public void close() {
    closed = true;
    timers.shutdownNow();
    threads.shutdownNow();
    try {
      threads.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Runs again also after a failure, which the thread reports. */
  private final class Periodic implements Lane.Timer, Runnable {
    private final String name;
    private final long periodNanos;
    private final Runnable task;
    private volatile boolean cancelled;
    private volatile @Nullable Future<?> pending;

    private Periodic(String name, long periodNanos, Runnable task) {
      this.name = name;
      this.periodNanos = periodNanos;
      this.task = task;
    }

    private void scheduleNext() {
      if (!cancelled && !closed) {
        pending = timers.schedule(this::due, periodNanos, TimeUnit.NANOSECONDS);
      }
    }

    /** On the timer thread, whose futures would swallow what is thrown. */
    private void due() {
      try {
        spawn(name, this);
      } catch (IllegalStateException refused) {
        failures.uncaughtException(Thread.currentThread(), refused);
        scheduleNext();
      }
    }

    @Override
    public void run() {
      if (cancelled) {
        return;
      }
      try {
        task.run();
      } finally {
        scheduleNext();
      }
    }

    @Override
    public void cancel() {
      cancelled = true;
      Future<?> scheduled = pending;
      if (scheduled != null) {
        scheduled.cancel(false);
      }
    }
  }
}
