package cfs.runtime.adapter;

import cfs.port.Rng;
import java.security.SecureRandom;
import java.util.SplittableRandom;

/**
 * Fast randomness for spreading load and picking names, not for keys. One thread at a time: each lane takes its own by
 * {@link #split()}.
 */
public final class SplittableRng implements Rng {
  private final SplittableRandom random;

  private SplittableRng(SplittableRandom random) {
    this.random = random;
  }

  /** Seeded from the operating system, so that no two daemons draw the same incarnation. */
  public static SplittableRng seeded() {
    return new SplittableRng(new SplittableRandom(new SecureRandom().nextLong()));
  }

  /** An independent generator for another thread. */
  public SplittableRng split() {
    return new SplittableRng(random.split());
  }

  @Override
  public long nextLong() {
    return random.nextLong();
  }

  @Override
  public int nextInt(int bound) {
    return random.nextInt(bound);
  }
}
