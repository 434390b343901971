package cfs.runtime.adapter;

import cfs.port.Clock;
import java.time.Instant;

/**
 * The machine's clocks. Monotonic time is CLOCK_MONOTONIC (what {@code System.nanoTime} reads on Linux): it counts while
 * this process is stopped (SIGSTOP, garbage collection, swapping) and never jumps, but it stands still while the whole
 * machine is suspended. A suspended host must therefore be fenced by its storage or be dead by its slot lock; a lease
 * alone would not know of the time it slept. The wall clock is for file timestamps only.
 */
public final class SystemClock implements Clock {
  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public long wallNanos() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }
}
