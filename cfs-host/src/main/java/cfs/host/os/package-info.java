/**
 * What the host process asks of Linux: process identities, the mount table, free ports.
 * Above: local clusters and the daemon.
 * Below: /proc and a few programs of util-linux.
 */
@NullMarked
package cfs.host.os;

import org.jspecify.annotations.NullMarked;
