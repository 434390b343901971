package cfs.alloc;

/** Neighbouring blocks of the volume. */
public record Run(long start, int count) {
  public long end() {
    return start + count;
  }
}
