/**
 * The FUSE kernel protocol as bytes: opcodes, flags and struct layouts of linux/fuse.h up to version 7.45.
 * Above: cfs.fuse. Below: the JDK.
 */
@NullMarked
package cfs.fuse.wire;

import org.jspecify.annotations.NullMarked;
