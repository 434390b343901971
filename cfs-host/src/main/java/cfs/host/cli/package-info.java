/**
 * The command line: one class per command, exit codes, tables.
 * Above: administrators and scripts.
 * Below: local clusters, the admin API, volume tools.
 */
@NullMarked
package cfs.host.cli;

import org.jspecify.annotations.NullMarked;
