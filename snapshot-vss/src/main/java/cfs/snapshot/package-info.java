/**
 * Snapshots as a service: requesters, writers, schedules, changed blocks, exports.
 * Above: cfs-host, which offers it to administrators and backup software.
 * Below: cfs-core, which owns epochs and filesets.
 */
@NullMarked
package cfs.snapshot;

import org.jspecify.annotations.NullMarked;
