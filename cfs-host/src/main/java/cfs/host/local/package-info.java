/**
 * A whole cluster on this machine: its directory, its processes, how they start and stop.
 * Above: the commands up, down, status, mount and umount.
 * Below: configuration, admin API, operating system.
 */
@NullMarked
package cfs.host.local;

import org.jspecify.annotations.NullMarked;
