/**
 * Free space: allocation groups, each under its own cluster lock.
 * Above: cfs.inode, cfs.fs. Below: cfs.journal, cfs.format, the LockSpace port.
 */
@NullMarked
package cfs.alloc;

import org.jspecify.annotations.NullMarked;
