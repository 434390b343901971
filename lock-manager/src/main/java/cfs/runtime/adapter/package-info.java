/**
 * The production side of the seams: clock, lanes, tasks and randomness.
 * Above: every protocol core through cfs.port; cfs-host wires it.
 * Below: cfs.port, the JDK.
 */
@NullMarked
package cfs.runtime.adapter;

import org.jspecify.annotations.NullMarked;
