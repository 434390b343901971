/**
 * Cluster locks, membership and leases, fencing and the messages between peers.
 * Above: cfs-core through its ports; cfs-host wires it.
 * Below: cfs-core, ZooKeeper through Curator, Netty.
 */
@NullMarked
package cfs.lock;

import org.jspecify.annotations.NullMarked;
