/**
 * LUNs as the volume manager sees them: how one is opened, aligned memory for its I/O, and every refusal with its code.
 * Above: cfs.catalog, cfs.volume. Below: cfs.port; the native side is cfs.lun.adapter.
 */
@NullMarked
package cfs.lun;

import org.jspecify.annotations.NullMarked;
