package cfs.port;

/** What a cluster lock protects; the ordinal is part of the wire protocol. docs/LOCKING.md states the order. */
public enum ResourceKind {
  /** Id 0: superblock and volume-wide state; id 1: one host mounts at a time. */
  VOLUME,
  /** Who may write or replay the log of a slot; id = slot. */
  JOURNAL,
  /** Directory moves between directories; id 0. */
  RENAME,
  /** Attributes, extent map, directory content; id = inode number. */
  INODE,
  /** Who has an inode open: the last closer frees an unlinked one; id = inode number. */
  OPEN,
  /** Allocation group; id = group number. */
  GROUP
}
