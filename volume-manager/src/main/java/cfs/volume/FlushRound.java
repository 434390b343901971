package cfs.volume;

import org.jspecify.annotations.Nullable;

/** One flush of one LUN, shared by everybody who waits for it; guarded by the lock of its {@link FlushGate}. */
final class FlushRound {
  boolean isDone;
  /** What all who share this flush throw. */
  @Nullable
  RuntimeException failure;
}
