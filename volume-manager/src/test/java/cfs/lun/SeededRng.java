package cfs.lun;

import cfs.port.Rng;
import java.util.Random;

/** Randomness of one seed. */
public final class SeededRng implements Rng {
  private final Random random;

  public SeededRng(long seed) {
    this.random = new Random(seed);
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
