/**
 * Volumes: segments mapped onto LUNs, served as one block device; their creation and opening.
 * Above: cfs-core through cfs.port.BlockDevice, the daemon's wiring. Below: cfs.catalog, cfs.lun.
 */
@NullMarked
package cfs.volume;

import org.jspecify.annotations.NullMarked;
