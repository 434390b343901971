/**
 * Fencing of hosts that share one machine: a kernel lock per host proves that its process is gone.
 * Above: the membership protocol; the daemon takes its slot here when it starts.
 * Below: files, /proc, signals.
 */
@NullMarked
package cfs.fence.adapter;

import org.jspecify.annotations.NullMarked;
