package cfs.runtime.adapter;

import cfs.error.Invariant;
import cfs.port.Lane;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A queue and at most one runner on a shared pool.
 *
 * <p>Bound: {@link #MAX_WAITING} events; posting beyond it is a bug (a lane that does not keep up) and throws at the
 * poster, since blocking there could stop the very thread that would drain another lane.
 *
 * <p>A lane whose event threw stops for ever: the invariants of its state machine are unknown, and a host that stops
 * answering is fenced, while one that goes on with a broken state could damage the volume.
 *
 * <p>Invariants: {@code waiting} counts the queued events and is incremented after the event is queued; the runner is
 * scheduled exactly while it is positive.
 */
public final class ExecutorLane implements Lane {
  /** Events that may wait, about 100 MB of them. */
  public static final int MAX_WAITING = 1 << 20;
  /** Events run before other lanes of the pool get their turn. */
  private static final int BATCH = 256;

  private final String name;
  private final Executor pool;
  private final ScheduledExecutorService timers;
  private final Failures failures;
  private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final Runnable runner = this::run;
  private volatile boolean failed;

  ExecutorLane(String name, Executor pool, ScheduledExecutorService timers, Failures failures) {
    this.failures = failures;
    this.name = name;
    this.pool = pool;
    this.timers = timers;
  }

  @Override
  public void post(Runnable event) {
    if (failed) {
      return;
    }
    Invariant.check(waiting.get() < MAX_WAITING, "lane " + name + " keeps up with its events");
    queue.add(event);
    if (waiting.getAndIncrement() == 0) {
      pool.execute(runner);
    }
  }

  @Override
  public Timer after(long delayNanos, Runnable event) {
    LaneTimer timer = new LaneTimer(event);
    timer.pending = timers.schedule(() -> due(timer), delayNanos, TimeUnit.NANOSECONDS);
    return timer;
  }

  /** On the timer thread, whose futures would swallow what is thrown. */
  private void due(LaneTimer timer) {
    try {
      post(timer);
    } catch (IllegalStateException full) {
      failures.uncaughtException(Thread.currentThread(), full);
    }
  }

  /** Events that wait now; receivers of frames drop instead of posting when this grows. */
  public int waiting() {
    return waiting.get();
  }

  /** Whether an event threw, after which nothing runs here any more. */
  public boolean failed() {
    return failed;
  }

  private void run() {
    int ran = 0;
    boolean completed = false;
    try {
      int available = Math.min(waiting.get(), BATCH);
      while (ran < available) {
        Runnable event = queue.remove();
        ran++;
        event.run();
      }
      completed = true;
    } finally {
      // No catch: the pool's thread reports what was thrown.
      if (!completed) {
        failed = true;
        queue.clear();
      } else if (waiting.addAndGet(-ran) > 0) {
        pool.execute(runner);
      }
    }
  }

  private static final class LaneTimer implements Timer, Runnable {
    private final Runnable event;
    /** Written by the lane (or whoever cancels) and read on the lane when the time has come. */
    private volatile boolean cancelled;
    private volatile @Nullable Future<?> pending;

    private LaneTimer(Runnable event) {
      this.event = event;
    }

    @Override
    public void run() {
      if (!cancelled) {
        event.run();
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
