package cfs.volume;

/**
 * Where the bytes of one segment lie: a pure function from an offset in the segment to a column (a range of one LUN) and
 * an offset in that column. Bijective from [0, {@link #sizeBytes()}) onto the columns' ranges. Costs nanoseconds and
 * allocates nothing. Offsets outside the segment are a bug of the caller and are not checked here.
 */
public sealed interface AddressMap permits LinearMap, StripeMap {
  long sizeBytes();

  int columnCount();

  int column(long offset);

  /** Offset from the start of the column's range. */
  long columnOffset(long offset);

  /** How many bytes from {@code offset} on lie one after the other in the same column, at least 1. */
  long runBytes(long offset);

  /**
   * How many bytes of {@code column} lie before {@code offset} in the segment, {@link #sizeBytes()} included. So the part
   * of any range that lies in a column is one range there: discards and zeroing need one call per LUN, not per unit.
   */
  long bytesBefore(int column, long offset);
}
