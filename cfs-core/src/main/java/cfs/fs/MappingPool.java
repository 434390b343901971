package cfs.fs;

import cfs.inode.Mapping;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Answer objects for the read and write path, so that it allocates none: one place per reader thread, by its number. */
final class MappingPool {
  private static final int PLACES = 64;

  private final AtomicReferenceArray<Mapping> spare = new AtomicReferenceArray<>(PLACES);

  private static int place() {
    return (int) Thread.currentThread().threadId() & (PLACES - 1);
  }

  Mapping take() {
    Mapping taken = spare.getAndSet(place(), null);
    return taken != null ? taken : new Mapping();
  }

  void give(Mapping mapping) {
    spare.set(place(), mapping);
  }
}
