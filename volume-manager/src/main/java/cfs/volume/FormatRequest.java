package cfs.volume;

import java.util.List;
import java.util.UUID;

/**
 * What {@link VolumeFormat} shall make.
 *
 * @param paths the LUNs in striping order, each once
 * @param cluster the cluster that will own them
 * @param name of the volume: 1 to 64 of [A-Za-z0-9._-]
 * @param stripeUnitBytes power of two from 64 KiB to 4 MiB, or 0 to concatenate the LUNs
 * @param isForced overwrite LUNs that carry a label or data; never those in use on this host
 */
public record FormatRequest(List<String> paths, UUID cluster, String name, int stripeUnitBytes,
    boolean isForced) {
  public FormatRequest { paths = List.copyOf(paths); }
}
