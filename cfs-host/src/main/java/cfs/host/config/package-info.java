/**
 * The configuration file of one host: read with line numbers, written with comments.
 * Above: the daemon and the command line.
 * Below: the TOML reader.
 */
@NullMarked
package cfs.host.config;

import org.jspecify.annotations.NullMarked;
