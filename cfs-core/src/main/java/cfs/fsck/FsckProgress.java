package cfs.fsck;

/** Hears how far a check is; called on the checking thread, often, so it should be quick. */
public interface FsckProgress {
  FsckProgress NONE = (phase, done, total) -> {};

  /** @param total units of the phase, 0 when unknown */
  void at(FsckPhase phase, long done, long total);
}
