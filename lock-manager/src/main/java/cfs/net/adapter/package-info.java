/**
 * Authenticated frames between the hosts of one cluster: the Transport port over Netty and mutual TLS 1.3.
 * Above: the lock and membership protocols through cfs.port; cfs-host wires it.
 * Below: cfs.port, cfs.identity.adapter, Netty.
 */
@NullMarked
package cfs.net.adapter;

import org.jspecify.annotations.NullMarked;
