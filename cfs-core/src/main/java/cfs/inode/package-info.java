/**
 * Inodes in memory: attributes, extent maps, directories and extended attributes over the B+tree.
 * Above: cfs.fs. Below: cfs.tree, cfs.alloc, cfs.journal and the LockSpace port.
 */
@NullMarked
package cfs.inode;

import org.jspecify.annotations.NullMarked;
