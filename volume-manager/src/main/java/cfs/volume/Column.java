package cfs.volume;

/**
 * A range of one LUN that a segment uses.
 *
 * @param lun index of the LUN in the volume
 * @param start first byte on the LUN, after its head area
 * @param length bytes, positive
 */
public record Column(int lun, long start, long length) {}
