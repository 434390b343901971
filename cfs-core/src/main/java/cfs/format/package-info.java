/**
 * The on-disk format, one class per record: layout, read, write. All numbers little-endian; a block is 4 KiB.
 * Above: cfs.journal, cfs.alloc, cfs.fs, cfs.fsck. Below: cfs.error.
 */
@NullMarked
package cfs.format;

import org.jspecify.annotations.NullMarked;
