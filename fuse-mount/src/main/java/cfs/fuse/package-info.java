/**
 * The FUSE kernel protocol and nothing else: one request, one handler.
 * Above: the kernel, through /dev/fuse; cfs-host starts the sessions.
 * Below: qos for admission, then cfs-core.
 */
@NullMarked
package cfs.fuse;

import org.jspecify.annotations.NullMarked;
