/**
 * The process of one host: start order, unwinding, running, stopping, being fenced.
 * Above: the command daemon.
 * Below: all production modules, through HostAssembly.
 */
@NullMarked
package cfs.host.daemon;

import org.jspecify.annotations.NullMarked;
