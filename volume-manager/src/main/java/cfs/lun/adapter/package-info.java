/**
 * LUNs that are regular files or block devices of this Linux host, reached through libc by jnr-ffi.
 * Above: the daemon's wiring (as cfs.lun.LunOpener). Below: the kernel.
 */
@NullMarked
package cfs.lun.adapter;

import org.jspecify.annotations.NullMarked;
