/**
 * The whole stack as users meet it: processes, mounts, kills, virtual machines. docs/TESTING.md says what each test shows.
 * Above: the build.
 * Below: cluster, load and guest.
 */
package cfs.stress.e2e;
