/**
 * One process per host: wires the modules, runs the daemon, answers the command line.
 * Above: administrators, systemd and mount(8).
 * Below: every other production module.
 */
@NullMarked
package cfs.host;

import org.jspecify.annotations.NullMarked;
