package cfs.volume;

import cfs.error.Invariant;

/** Striping: units go round the columns in turn, so that one column per controller spreads every large I/O over all. */
public final class StripeMap implements AddressMap {
  public static final int UNIT_BYTES_MIN = 64 << 10;
  public static final int UNIT_BYTES_MAX = 4 << 20;

  private final int columns;
  private final long columnBytes;
  private final long unitMask;
  private final int unitShift;

  /**
   * @param columns LUNs striped over, at least 1
   * @param columnBytes used size of every column, a positive multiple of the unit
   * @param unitBytes power of two, 64 KiB to 4 MiB
   */
  public StripeMap(int columns, long columnBytes, int unitBytes) {
    Invariant.check(isUnit(unitBytes), "stripe unit", unitBytes);
    Invariant.check(columns > 0, "a segment has columns", columns);
    Invariant.check(columnBytes > 0 && columnBytes % unitBytes == 0, "column is whole units", columnBytes);
    this.columns = columns;
    this.columnBytes = columnBytes;
    this.unitMask = unitBytes - 1L;
    this.unitShift = Integer.numberOfTrailingZeros(unitBytes);
    Invariant.check(Math.multiplyExact(columns, columnBytes) > 0, "segment size fits", columns);
  }

  public static boolean isUnit(int unitBytes) {
    return unitBytes >= UNIT_BYTES_MIN && unitBytes <= UNIT_BYTES_MAX && Integer.bitCount(unitBytes) == 1;
  }

  @Override
  public long sizeBytes() {
    return columns * columnBytes;
  }

  @Override
  public int columnCount() {
    return columns;
  }

  @Override
  public int column(long offset) {
    return (int) ((offset >>> unitShift) % columns);
  }

  @Override
  public long columnOffset(long offset) {
    return (offset >>> unitShift) / columns << unitShift | offset & unitMask;
  }

  @Override
  public long runBytes(long offset) {
    return columns == 1 ? columnBytes - offset : unitMask + 1 - (offset & unitMask);
  }

  @Override
  public long bytesBefore(int column, long offset) {
    long row = (offset >>> unitShift) / columns << unitShift;
    int at = column(offset);
    return column < at ? row + unitMask + 1 : column == at ? row + (offset & unitMask) : row;
  }
}
