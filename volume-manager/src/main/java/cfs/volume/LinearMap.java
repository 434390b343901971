package cfs.volume;

import cfs.error.Invariant;
import java.util.Arrays;

/** Concatenation: the columns one after the other, each of its own size. */
public final class LinearMap implements AddressMap {
  /** Ascending; column i covers ends[i - 1] to ends[i], exclusive. */
  private final long[] ends;

  /** @param columnBytes size of each column, each positive */
  public LinearMap(long... columnBytes) {
    Invariant.check(columnBytes.length > 0, "a segment has columns");
    ends = new long[columnBytes.length];
    long end = 0;
    for (int i = 0; i < columnBytes.length; i++) {
      Invariant.check(columnBytes[i] > 0, "a column has bytes", columnBytes[i]);
      end = Math.addExact(end, columnBytes[i]);
      ends[i] = end;
    }
  }

  @Override
  public long sizeBytes() {
    return ends[ends.length - 1];
  }

  @Override
  public int columnCount() {
    return ends.length;
  }

  @Override
  public int column(long offset) {
    int found = Arrays.binarySearch(ends, offset);
    return found >= 0 ? found + 1 : -found - 1;
  }

  @Override
  public long columnOffset(long offset) {
    int column = column(offset);
    return column == 0 ? offset : offset - ends[column - 1];
  }

  @Override
  public long runBytes(long offset) {
    return ends[column(offset)] - offset;
  }

  @Override
  public long bytesBefore(int column, long offset) {
    long start = column == 0 ? 0 : ends[column - 1];
    return Math.clamp(offset, start, ends[column]) - start;
  }
}
