package cfs.fsck;

/** The steps of a check, in order; all but the first repeat after structural repairs. */
public enum FsckPhase {
  JOURNALS,
  GROUPS,
  NAMESPACE,
  UNREACHABLE,
  BLOCKS
}
