/**
 * The Coordinator port over ZooKeeper through Curator, and the ZooKeeper server that CFS can run itself.
 * Above: the membership protocol through cfs.port; cfs-host wires it.
 * Below: cfs.port, Curator, ZooKeeper.
 */
@NullMarked
package cfs.coordinator.adapter;

import org.jspecify.annotations.NullMarked;
