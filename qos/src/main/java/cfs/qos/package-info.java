/**
 * Who may do how much I/O now, and what was done: admission, policies, counters.
 * Above: fuse-mount, which asks before each request; cfs-host, which sets policies.
 * Below: cfs-core, RocksDB for the history.
 */
@NullMarked
package cfs.qos;

import org.jspecify.annotations.NullMarked;
