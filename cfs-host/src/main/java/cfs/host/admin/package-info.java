/**
 * The admin API: HTTP with JSON over a Unix domain socket, server and client.
 * Above: the daemon serves it, the command line asks it.
 * Below: the JDK's Unix domain sockets.
 */
@NullMarked
package cfs.host.admin;

import org.jspecify.annotations.NullMarked;
