package cfs.port;

/**
 * Modes of a cluster lock and their compatibility, as in the VMS distributed lock manager (Snaman and Thiel, "The VAX/VMS
 * Distributed Lock Manager", Digital Technical Journal 5, 1987).
 */
public enum LockMode {
  /** Null: no access, no effect. */
  NL(0b111111),
  /** Concurrent read. */
  CR(0b011111),
  /** Concurrent write: several hosts write at once, each where no other does. */
  CW(0b000111),
  /** Protected read: nobody writes. */
  PR(0b001011),
  /** Protected write: one writer, others CR only. */
  PW(0b000011),
  /** Exclusive. */
  EX(0b000001);

  private final int compatible;

  LockMode(int compatible) {
    this.compatible = compatible;
  }

  /** Whether two different hosts may hold these modes at the same time; symmetric. */
  public boolean compatibleWith(LockMode other) {
    return (compatible >> other.ordinal() & 1) != 0;
  }

  /** Whether holding this mode allows everything that {@code other} allows. CW and PR do not cover each other. */
  public boolean covers(LockMode other) {
    return (compatible & ~other.compatible) == 0;
  }
}
