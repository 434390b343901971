package cfs.catalog;

import java.util.Optional;

/**
 * What one slot of one area of one LUN holds.
 *
 * @param lun index in the list of LUNs read
 * @param area 0 head, 1 tail
 * @param body the catalog, when whole
 * @param bodyCrc its checksum; meaningless without a body
 * @param mark the commit mark, of this body or of an older one
 */
record SlotCopy(int lun, int area, Optional<Catalog> body, int bodyCrc, Optional<CommitMark> mark) {
  boolean isCommitted() {
    return body.isPresent() && mark.isPresent() && mark.get().generation() == body.get().generation()
        && mark.get().bodyCrc() == bodyCrc;
  }

  /** The largest generation that this slot knows of, 0 when none. */
  long generation() {
    return Math.max(body.map(Catalog::generation).orElse(0L), mark.map(CommitMark::generation).orElse(0L));
  }
}
