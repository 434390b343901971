package cfs.catalog;

/** How a segment maps to its columns; {@link #code()} is what the LUN holds. */
public enum SegmentKind {
  /** The columns one after the other. */
  LINEAR(1),
  /** Units round the columns in turn. */
  STRIPE(2);

  private final int code;

  SegmentKind(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
