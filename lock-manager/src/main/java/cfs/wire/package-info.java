/**
 * The messages that hosts exchange about locks, little-endian and versioned; docs/LOCKING.md explains each.
 * Above: cfs.lock, cfs.membership. Below: cfs.port, cfs.error.
 */
@NullMarked
package cfs.wire;

import org.jspecify.annotations.NullMarked;
