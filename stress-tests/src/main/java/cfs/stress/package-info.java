/**
 * Proof under stress: the simulator, lab and crash tests, benchmarks, architecture rules.
 * Above: nobody.
 * Below: every module.
 */
@NullMarked
package cfs.stress;

import org.jspecify.annotations.NullMarked;
