package cfs.catalog;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * One segment as the catalog holds it: this record, then its columns.
 *
 * @param kind mapping
 * @param stripeUnitBytes power of two from 64 KiB to 4 MiB; 0 for LINEAR
 * @param columns in mapping order, all of one length for STRIPE
 */
public record SegmentRecord(SegmentKind kind, int stripeUnitBytes, List<Extent> columns) {
  static final StructLayout LAYOUT = MemoryLayout.structLayout(Records.INT.withName("kind"),
      Records.INT.withName("stripeUnitBytes"), Records.INT.withName("columnCount"),
      Records.INT.withName("reserved"));

  private static final VarHandle KIND = Records.field(LAYOUT, "kind");
  private static final VarHandle UNIT = Records.field(LAYOUT, "stripeUnitBytes");
  private static final VarHandle COUNT = Records.field(LAYOUT, "columnCount");

  public SegmentRecord { columns = List.copyOf(columns); }

  public long sizeBytes() {
    return columns.stream().mapToLong(Extent::length).sum();
  }

  long recordBytes() {
    return LAYOUT.byteSize() + columns.size() * Extent.LAYOUT.byteSize();
  }

  void write(MemorySegment to, long at) {
    KIND.set(to, at, kind.code());
    UNIT.set(to, at, stripeUnitBytes);
    COUNT.set(to, at, columns.size());
    long column = at + LAYOUT.byteSize();
    for (Extent extent : columns) {
      extent.write(to, column);
      column += Extent.LAYOUT.byteSize();
    }
  }

  /** Reads at {@code at}; the record must end at or before {@code end}, else IllegalArgumentException. */
  static SegmentRecord read(MemorySegment from, long at, long end) {
    int code = (int) KIND.get(from, at);
    int count = (int) COUNT.get(from, at);
    long column = at + LAYOUT.byteSize();
    if (count < 1 || count > (end - column) / Extent.LAYOUT.byteSize()) {
      throw new IllegalArgumentException("a segment with " + count + " columns");
    }
    Extent[] columns = new Extent[count];
    for (int i = 0; i < count; i++) {
      columns[i] = Extent.read(from, column + i * Extent.LAYOUT.byteSize());
    }
    for (SegmentKind kind : SegmentKind.values()) {
      if (kind.code() == code) {
        return new SegmentRecord(kind, (int) UNIT.get(from, at), List.of(columns));
      }
    }
    throw new IllegalArgumentException("segment kind " + code);
  }
}
