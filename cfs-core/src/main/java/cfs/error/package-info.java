/**
 * The named failures of CFS, each with an errno and one sentence of advice.
 * Above: every package; only the FUSE boundary turns a failure into an errno.
 * Below: nothing.
 */
@NullMarked
package cfs.error;

import org.jspecify.annotations.NullMarked;
