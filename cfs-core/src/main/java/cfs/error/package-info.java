/**
 * The errors of CFS and the always-on invariant check.
 * Above: every module. Below: nothing.
 */
@NullMarked
package cfs.error;

import org.jspecify.annotations.NullMarked;
