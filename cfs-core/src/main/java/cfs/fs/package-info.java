/**
 * The file system as its users see it: POSIX operations on inodes of one mounted volume.
 * Above: fuse-mount, cfs-host. Below: inodes, directories, extent maps, journal and the ports.
 */
@NullMarked
package cfs.fs;

import org.jspecify.annotations.NullMarked;
