/**
 * /dev/fuse, mount(2) and fusermount3 through jnr-ffi: the only part of fuse-mount that calls the operating system.
 * Above: cfs-host, through FuseMount. Below: cfs.fuse, libc.
 */
@NullMarked
package cfs.fuse.adapter;

import org.jspecify.annotations.NullMarked;
