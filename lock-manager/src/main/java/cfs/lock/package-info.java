/**
 * The distributed lock manager: what this host holds and caches, and the tables of the resources it masters.
 * Above: cfs-core through the ports LockSpace and ClusterLock; cfs.membership, which says who the hosts are.
 * Below: cfs.wire, cfs.port.
 */
@NullMarked
package cfs.lock;

import org.jspecify.annotations.NullMarked;
