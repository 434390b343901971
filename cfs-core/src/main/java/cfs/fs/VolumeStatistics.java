package cfs.fs;

/** What statfs(2) shows; blocks of {@code blockBytes}. {@code usableBlocks} leaves out the reserve. */
public record VolumeStatistics(
    int blockBytes, long totalBlocks, long freeBlocks, long usableBlocks, long inodes, long freeInodes,
    long volumeId) {}
