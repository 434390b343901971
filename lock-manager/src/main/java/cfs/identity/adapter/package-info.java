/**
 * Who belongs to a cluster: its certificate authority and the certificates of its hosts, in PEM files.
 * Above: cfs.net.adapter, and cfs-host for the commands that create them.
 * Below: Bouncy Castle, the JDK's TLS through Netty, files.
 */
@NullMarked
package cfs.identity.adapter;

import org.jspecify.annotations.NullMarked;
