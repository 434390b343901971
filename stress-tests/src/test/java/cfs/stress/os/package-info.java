/**
 * Linux system calls for tests.
 * Above: loads and end-to-end tests.
 * Below: libc through java.lang.foreign.
 */
package cfs.stress.os;
