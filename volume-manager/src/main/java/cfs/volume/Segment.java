package cfs.volume;

import cfs.error.Invariant;
import java.util.List;

/** One segment of a volume: a mapping and the LUN ranges it maps to. Immutable; looked up without allocation. */
public final class Segment {
  private final AddressMap map;
  private final int[] luns;
  private final long[] starts;

  /** @param columns one per column of {@code map}, in its order */
  public Segment(AddressMap map, List<Column> columns) {
    Invariant.check(columns.size() == map.columnCount(), "one range per column", columns.size());
    this.map = map;
    this.luns = columns.stream().mapToInt(Column::lun).toArray();
    this.starts = columns.stream().mapToLong(Column::start).toArray();
  }

  long sizeBytes() {
    return map.sizeBytes();
  }

  int lun(long offset) {
    return luns[map.column(offset)];
  }

  long lunOffset(long offset) {
    return starts[map.column(offset)] + map.columnOffset(offset);
  }

  long runBytes(long offset) {
    return map.runBytes(offset);
  }

  int columnCount() {
    return luns.length;
  }

  int columnLun(int column) {
    return luns[column];
  }

  long bytesBefore(int column, long offset) {
    return map.bytesBefore(column, offset);
  }

  long columnStart(int column) {
    return starts[column];
  }
}
