package cfs.stress.load;

import cfs.stress.os.Errno;
import cfs.stress.os.Posix;
import cfs.stress.os.PosixException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Every operation that a file system has, at random, from several threads of several hosts in the same few directories, so
 * that they collide all the time. Fails on errors that no race explains, on content that nobody wrote there, and on an
 * operation that takes too long.
 */
public final class MixedLoad {
  /** A single operation may wait for many others, but a lost wake-up waits for ever. */
  private static final Duration OPERATION_LIMIT = Duration.ofSeconds(20);

  private final List<MixedWorker> workers = new ArrayList<>();
  private final Problems problems;
  private final Map<String, LongAdder> outcomes = new ConcurrentSkipListMap<>();
  private volatile long longestNanos;
  private volatile String longest = "";
  private volatile boolean stopping;

  /** @param roots the same directory seen through each host */
  public MixedLoad(List<Path> roots, int threadsPerHost, long seed, Problems problems) {
    this.problems = problems;
    for (int host = 0; host < roots.size(); host++) {
      for (int thread = 0; thread < threadsPerHost; thread++) {
        int id = host * threadsPerHost + thread;
        workers.add(new MixedWorker(this, roots.get(host), id, Content.mix(seed, id)));
      }
    }
  }

  /** Returns when the time is over and every operation has ended. */
  public void run(Duration length) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (MixedWorker worker : workers) {
      threads.add(Thread.ofPlatform().daemon().name("mixed-" + worker.id).start(() -> work(worker)));
    }
    long end = System.nanoTime() + length.toNanos();
    while (System.nanoTime() < end && problems.none()) {
      Thread.sleep(50);
      workers.forEach(this::checkProgress);
    }
    stopping = true;
    long deadline = System.nanoTime() + OPERATION_LIMIT.toNanos();
    for (int i = 0; i < threads.size(); i++) {
      if (!threads.get(i).join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())))) {
        problems.add("mixed-" + i + " hangs in " + workers.get(i).underWay());
      }
    }
  }

  /** Operations that succeeded. */
  public long succeeded() {
    return outcomes.entrySet().stream().filter(entry -> entry.getKey().endsWith(" ok"))
        .mapToLong(entry -> entry.getValue().sum()).sum();
  }

  public long succeeded(String operation) {
    return outcomes.getOrDefault(operation + " ok", new LongAdder()).sum();
  }

  @Override
  public String toString() {
    return succeeded() + " operations, the longest " + longest + " took " + longestNanos / 1_000_000 + " ms; "
        + outcomes;
  }

  boolean goesOn() {
    return !stopping;
  }

  void problem(String text) {
    problems.add(text);
  }

  void ended(String operation, String outcome, long nanos) {
    outcomes.computeIfAbsent(operation + " " + outcome, key -> new LongAdder()).increment();
    if (nanos > longestNanos) {
      synchronized (this) {
        if (nanos > longestNanos) {
          longestNanos = nanos;
          longest = operation;
        }
      }
    }
  }

  private void checkProgress(MixedWorker worker) {
    long since = worker.operationStartNanos;
    if (since != 0 && System.nanoTime() - since > OPERATION_LIMIT.toNanos()) {
      problems.add("mixed-" + worker.id + " hangs in " + worker.underWay());
    }
  }

  private void work(MixedWorker worker) {
    try {
      worker.run();
    } catch (RuntimeException | AssertionError failed) {
      problems.add("mixed-" + worker.id + ": " + worker.operation + ": " + failed);
    }
  }

  /** Makes the directory that the load works in. */
  public static void prepare(Path root) throws PosixException {
    for (int i = 0; i < MixedWorker.DIRECTORIES; i++) {
      try {
        Posix.makeDirectory(root.resolve("d" + i));
      } catch (PosixException failed) {
        if (failed.errno != Errno.EEXIST) {
          throw failed;
        }
      }
    }
  }
}
