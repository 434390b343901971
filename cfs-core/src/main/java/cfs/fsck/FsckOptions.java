package cfs.fsck;

/**
 * @param findingsMax findings kept in the report; more are only counted
 * @param nowNanos time for a directory that a repair creates, nanoseconds since 1970 UTC
 */
public record FsckOptions(RepairLevel repair, int findingsMax, long nowNanos) {
  public static final int FINDINGS_MAX = 10_000;

  public FsckOptions(RepairLevel repair, long nowNanos) {
    this(repair, FINDINGS_MAX, nowNanos);
  }
}
