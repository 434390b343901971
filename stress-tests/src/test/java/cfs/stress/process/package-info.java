/**
 * Whole hosts in one process: real file system, real lock protocol, simulated network, store and LUN.
 * Above: nothing. Below: cfs-core and lock-manager with their test fixtures.
 */
@NullMarked
package cfs.stress.process;

import org.jspecify.annotations.NullMarked;
