/**
 * Who is a member of the cluster: views, joining, leaving, the death of a host, fencing, recovery, and this host's lease.
 * Above: cfs-host, which wires a Member for each mounted volume. Below: cfs.lock, cfs.wire, cfs.port.
 */
@NullMarked
package cfs.membership;

import org.jspecify.annotations.NullMarked;
