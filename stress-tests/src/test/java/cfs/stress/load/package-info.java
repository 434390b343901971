/**
 * Loads that know what they did, and checkers that compare it with what is there.
 * Above: end-to-end tests.
 * Below: system calls on mounted directories; nothing of the product.
 */
package cfs.stress.load;
