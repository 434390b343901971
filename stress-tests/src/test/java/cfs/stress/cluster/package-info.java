/**
 * A real cluster on this machine for tests: processes, mounts, kills, cleaning up.
 * Above: end-to-end tests.
 * Below: the command line of the product.
 */
package cfs.stress.cluster;
