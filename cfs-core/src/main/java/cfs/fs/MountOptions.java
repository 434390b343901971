package cfs.fs;

/**
 * How a mount behaves.
 *
 * @param commitNanos longest time a change stays in memory without an fsync
 * @param inodesCached inodes kept in memory while nobody uses them; the ceiling of the daemon's memory follows from it
 */
public record MountOptions(long commitNanos, int inodesCached) {
  public static final MountOptions DEFAULTS = new MountOptions(5_000_000_000L, 50_000);
}
