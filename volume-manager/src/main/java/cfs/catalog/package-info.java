/**
 * What every LUN of a disk group says about itself: label and catalog, their format, and the transaction that changes them.
 * Above: cfs.volume. Below: cfs.lun, cfs.port. The format is specified in docs/VOLUMES.md.
 */
@NullMarked
package cfs.catalog;

import org.jspecify.annotations.NullMarked;
