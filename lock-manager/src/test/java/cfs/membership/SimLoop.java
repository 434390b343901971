package cfs.membership;

import cfs.port.Clock;
import java.util.PriorityQueue;
import java.util.Random;

/** The one event queue and the one clock of a simulated cluster; equal seeds give equal runs. */
final class SimLoop implements Clock {
  private record Event(long atNanos, long number, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  final Random random;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long nowNanos;
  private long numbers;
  long executed;

  SimLoop(long seed) {
    random = new Random(seed);
  }

  void at(long delayNanos, Runnable action) {
    events.add(new Event(nowNanos + Math.max(0, delayNanos), numbers++, action));
  }

  /** Uniform in 0..maxNanos. */
  long upTo(long maxNanos) {
    return maxNanos <= 0 ? 0 : (long) (random.nextDouble() * maxNanos);
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  boolean step() {
    Event next = events.poll();
    if (next == null) {
      return false;
    }
    nowNanos = next.atNanos;
    executed++;
    next.action.run();
    return true;
  }

  @Override
  public long nanoTime() {
    return nowNanos;
  }

  @Override
  public long wallNanos() {
    return nowNanos;
  }
}
