/**
 * The FUSE kernel protocol and nothing else: one request, one handler, one call of cfs.fs.FileSystem; see docs/FUSE.md.
 * Above: the kernel, through cfs.fuse.adapter, and cfs-host, which starts the mounts.
 * Below: cfs.fuse.wire, cfs.fs, cfs.port.
 */
@NullMarked
package cfs.fuse;

import org.jspecify.annotations.NullMarked;
