/**
 * Metadata blocks in memory and the write-ahead log that makes changes to them atomic and durable.
 * Above: cfs.alloc, cfs.fs. Below: cfs.format and the ports BlockDevice and Clock.
 */
@NullMarked
package cfs.journal;

import org.jspecify.annotations.NullMarked;
