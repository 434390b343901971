/**
 * The ports: everything CFS needs from outside itself (time, tasks, network, LUNs, coordinator, cluster locks).
 * Above: every module; adapters implement these. Below: cfs.error.
 */
@NullMarked
package cfs.port;

import org.jspecify.annotations.NullMarked;
