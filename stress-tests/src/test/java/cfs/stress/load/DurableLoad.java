package cfs.stress.load;

import cfs.stress.os.PosixException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A load of one host with fsync after every step, that knows afterwards what must be there. Several loads, one per host, may
 * share their directories and then read each other's files.
 */
public final class DurableLoad {
  private static final int PUBLISHED_MAX = 256;
  private static final Duration END_LIMIT = Duration.ofSeconds(60);

  /** How long a step of the load took, and when it began (System.nanoTime). */
  public record Stall(long startNanos, long lengthNanos) {}

  /** The files that loads show each other. */
  public static final class Exchange {
    private final AtomicReferenceArray<Published> files = new AtomicReferenceArray<>(PUBLISHED_MAX);
    private final AtomicLong next = new AtomicLong();
  }

  private final String host;
  private final List<String> directories;
  private final Exchange exchange;
  private final Problems problems;
  private final List<DurableWorker> workers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final ConcurrentLinkedQueue<Stall> stalls = new ConcurrentLinkedQueue<>();
  private final AtomicLong steps = new AtomicLong();
  private volatile boolean stopping;
  private volatile boolean mayDie;

  /**
   * @param host prefix of all names that this load makes
   * @param directories below the mount that exist already
   */
  public DurableLoad(String host, Path mount, List<String> directories, int threadCount, long seed,
      Exchange exchange,
      Problems problems) {
    this.host = host;
    this.directories = List.copyOf(directories);
    this.exchange = exchange;
    this.problems = problems;
    for (int i = 0; i < threadCount; i++) {
      workers.add(new DurableWorker(this, mount, host + "t" + i + "-", this.directories, Content.mix(seed, i),
          i % 2 == 1));
    }
  }

  public void start() {
    for (int i = 0; i < workers.size(); i++) {
      DurableWorker worker = workers.get(i);
      threads.add(Thread.ofPlatform().daemon().name(host + "-load-" + i).start(() -> work(worker)));
    }
  }

  /** From now on errors are what a killed host gives and only end the load. */
  public void mayDie() {
    mayDie = true;
  }

  /** Waits for the steps under way; one that never ends is a problem. */
  public void stop() {
    stopping = true;
    long deadline = System.nanoTime() + END_LIMIT.toNanos();
    for (Thread thread : threads) {
      try {
        thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        return;
      }
      if (thread.isAlive()) {
        problems.add(thread.getName() + " hangs in " + List.of(thread.getStackTrace()));
      }
    }
  }

  public long steps() {
    return steps.get();
  }

  /** The longest step that began or was under way after {@code sinceNanos}. */
  public Duration longestStall(long sinceNanos) {
    return Duration
        .ofNanos(stalls.stream().filter(stall -> stall.startNanos() + stall.lengthNanos() >= sinceNanos)
            .mapToLong(Stall::lengthNanos).max().orElse(0));
  }

  /** Compares everything this load was promised with what is in {@code mount}. Call it after {@link #stop}. */
  public void check(Path mount) {
    if (threads.stream().noneMatch(Thread::isAlive)) {
      workers.forEach(worker -> worker.ledger.check(mount, directories, problems));
    }
  }

  /** Files that must be there. */
  public int promisedFiles() {
    return workers.stream().mapToInt(worker -> worker.ledger.fileCount()).sum();
  }

  boolean goesOn() {
    return !stopping;
  }

  void took(long startNanos, long lengthNanos) {
    steps.incrementAndGet();
    // Short ones are never the longest stall that somebody asks for, and there are many.
    if (lengthNanos > 100_000_000L) {
      stalls.add(new Stall(startNanos, lengthNanos));
    }
  }

  void publish(Published file) {
    exchange.files.set((int) (exchange.next.getAndIncrement() % PUBLISHED_MAX), file);
  }

  Published published(SplittableRandom random) {
    return exchange.files.get(random.nextInt(PUBLISHED_MAX));
  }

  void problem(String text) {
    problems.add(text);
  }

  private void work(DurableWorker worker) {
    try {
      worker.run();
    } catch (PosixException failed) {
      if (!mayDie) {
        problems.add(Thread.currentThread().getName() + ": " + failed.getMessage());
      }
    } catch (RuntimeException | AssertionError failed) {
      problems.add(Thread.currentThread().getName() + ": " + failed);
    }
  }
}
