package cfs.catalog;

/**
 * Where things lie on a LUN, in bytes. Head and tail area are 1 MiB each and laid out alike, so that one damaged area costs
 * nothing: label at 0; catalog slot 0 at 256 KiB, slot 1 at 512 KiB; the rest is reserved and zero. Between them the data
 * area, whole MiB. The tail area starts at the last whole MiB below the LUN's end.
 */
public final class LunLayout {
  public static final long AREA_BYTES = 1L << 20;
  public static final long LUN_BYTES_MIN = 64L << 20;
  public static final int LABEL_BYTES = 4096;
  public static final long SLOT_BYTES = 256L << 10;
  /** The commit mark is the first 4 KiB of a slot, so that body and mark never share a sector. */
  public static final int MARK_BYTES = 4096;
  public static final int BODY_BYTES_MAX = (int) SLOT_BYTES - MARK_BYTES;
  public static final long DATA_START = AREA_BYTES;

  private LunLayout() {}

  /** Start of the tail area, which is also the end of the data area. */
  public static long tailStart(long lunBytes) {
    return lunBytes / AREA_BYTES * AREA_BYTES - AREA_BYTES;
  }

  /** @param slot 0 or 1 */
  static long slotOffset(int slot) {
    return SLOT_BYTES * (slot + 1);
  }
}
