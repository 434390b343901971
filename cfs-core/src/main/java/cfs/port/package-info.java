/**
 * What the file system needs from the outside: clock, disks, locks, coordinator, transport.
 * Above: the file system in this module, and every module that implements a port.
 * Below: the JDK only.
 */
@NullMarked
package cfs.port;

import org.jspecify.annotations.NullMarked;
