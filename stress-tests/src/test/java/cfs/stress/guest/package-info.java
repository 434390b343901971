/**
 * Virtual machines for tests: their disk, their QEMU process, and what their console promised.
 * Above: end-to-end tests.
 * Below: QEMU and the recipe in stress-tests/guest.
 */
package cfs.stress.guest;
