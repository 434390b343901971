/**
 * What people are told when something is refused: a stable code, one sentence, the next command.
 * Above: every package of the host process.
 * Below: the JDK.
 */
@NullMarked
package cfs.host.problem;

import org.jspecify.annotations.NullMarked;
