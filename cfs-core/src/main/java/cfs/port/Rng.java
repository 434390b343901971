package cfs.port;

/** The only source of randomness; seeded in the simulator. */
public interface Rng {
  long nextLong();

  /** Uniform in 0 (inclusive) to {@code bound} (exclusive). */
  int nextInt(int bound);
}
