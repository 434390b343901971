/**
 * LUNs, their paths, and the volumes striped or mirrored over them.
 * Above: cfs-core through its block device port; cfs-host wires it.
 * Below: cfs-core, the operating system through jnr-ffi.
 */
@NullMarked
package cfs.volume;

import org.jspecify.annotations.NullMarked;
