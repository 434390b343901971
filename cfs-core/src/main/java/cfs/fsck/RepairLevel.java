package cfs.fsck;

/** What fsck may change; the letters are those of fsck(8). */
public enum RepairLevel {
  /** -n: nothing; journals are replayed in memory only. */
  NONE,

  /** -p: what loses nothing and needs no judgement. */
  PREEN,

  /** -y: everything fsck can repair, even where content that cannot be trusted is dropped. */
  YES
}
