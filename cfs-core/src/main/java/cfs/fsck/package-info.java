/**
 * Offline check and repair of a whole volume, one checker class per structure.
 * Above: the command line. Below: cfs.format, cfs.tree, cfs.journal (block I/O and replay), the BlockDevice port.
 */
@NullMarked
package cfs.fsck;

import org.jspecify.annotations.NullMarked;
