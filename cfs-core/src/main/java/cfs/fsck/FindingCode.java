package cfs.fsck;

import org.jspecify.annotations.Nullable;

/**
 * Everything fsck can find. The names are stable: scripts and tests rely on them. The level is the least one that repairs a
 * finding of this code when its surroundings allow; null: never repaired.
 */
public enum FindingCode {
  SUPERBLOCK_DAMAGED(RepairLevel.YES, Kind.STRUCTURE, "The superblock is damaged; its copy is good."),
  SUPERBLOCK_COPY_DAMAGED(RepairLevel.PREEN, Kind.STRUCTURE, "The superblock's copy is damaged or old."),
  SLOT_DAMAGED(null, Kind.STRUCTURE, "The record of a host slot is damaged; its journal cannot be found."),
  SLOT_COPY_DAMAGED(RepairLevel.PREEN, Kind.NOTE, "One of two copies of a slot record is damaged or old."),
  JOURNAL_DAMAGED(RepairLevel.YES, Kind.STRUCTURE, "A journal cannot be read; what was only in it is lost."),
  JOURNAL_NOT_REPLAYED(RepairLevel.PREEN, Kind.NOTE,
      "A journal is not replayed; the check took its content into account."),
  GROUP_HEADER_DAMAGED(RepairLevel.YES, Kind.ACCOUNTING, "The header of an allocation group is damaged."),
  GROUP_COUNT_WRONG(RepairLevel.PREEN, Kind.ACCOUNTING, "A free count of an allocation group is wrong."),
  CHUNK_MAP_DAMAGED(RepairLevel.YES, Kind.ACCOUNTING, "A chunk map is damaged."),
  CHUNK_COUNT_WRONG(RepairLevel.PREEN, Kind.ACCOUNTING, "The free count of a chunk is wrong."),
  CHUNK_TYPE_WRONG(RepairLevel.YES, Kind.ACCOUNTING, "A chunk's type does not fit what is stored in it."),
  BLOCK_LEAKED(RepairLevel.PREEN, Kind.ACCOUNTING, "Blocks are marked as used, but nothing uses them."),
  BLOCK_NOT_MARKED(RepairLevel.PREEN, Kind.ACCOUNTING, "Blocks are in use, but not marked as such."),
  BLOCK_SHARED(RepairLevel.YES, Kind.STRUCTURE,
      "Blocks are used twice; repair gives file data a copy of its own."),
  INODE_DAMAGED(RepairLevel.YES, Kind.STRUCTURE,
      "An inode is damaged; repair removes the names that lead to it."),
  INODE_FIELD_WRONG(RepairLevel.YES, Kind.STRUCTURE, "Fields of an inode contradict each other."),
  INODE_UNREACHABLE(RepairLevel.YES, Kind.STRUCTURE, "An inode has no name; repair moves it to /lost+found."),
  INODE_COUNT_WRONG(RepairLevel.PREEN, Kind.ACCOUNTING, "The number of blocks in an inode is wrong."),
  INLINE_TAIL_NOT_ZERO(RepairLevel.PREEN, Kind.ACCOUNTING,
      "Bytes behind the end of inline content are not zero."),
  LINK_COUNT_WRONG(RepairLevel.PREEN, Kind.ACCOUNTING, "A link count does not match the names."),
  TREE_DAMAGED(RepairLevel.YES, Kind.STRUCTURE,
      "A tree is damaged; repair keeps the entries that can be read."),
  EXTENT_DAMAGED(RepairLevel.YES, Kind.STRUCTURE, "An extent is impossible; repair leaves a hole."),
  DIRECTORY_SIZE_WRONG(RepairLevel.PREEN, Kind.ACCOUNTING,
      "A directory's size is not its number of entries."),
  DIRECTORY_LINKED_TWICE(RepairLevel.YES, Kind.STRUCTURE,
      "A directory has more than one name, or contains itself."),
  PARENT_WRONG(RepairLevel.PREEN, Kind.ACCOUNTING, "A directory's parent is not the one that has its name."),
  ENTRY_DANGLING(RepairLevel.YES, Kind.STRUCTURE, "A name leads to something that is not an inode."),
  ENTRY_NAME_INVALID(RepairLevel.YES, Kind.STRUCTURE, "A directory entry has an impossible name or form."),
  ENTRY_MISPLACED(RepairLevel.YES, Kind.STRUCTURE,
      "A name is not at the position of its hash, so lookups miss it."),
  ENTRY_DUPLICATE(RepairLevel.YES, Kind.STRUCTURE, "A directory has a name twice."),
  ENTRY_TYPE_WRONG(RepairLevel.PREEN, Kind.ACCOUNTING,
      "The type in a directory entry is not that of its inode."),
  ORPHAN_WAITING(RepairLevel.PREEN, Kind.NOTE, "A deleted inode waits to be freed."),
  XATTR_DAMAGED(RepairLevel.YES, Kind.STRUCTURE, "An extended attribute is incomplete; repair removes it."),
  ROOT_DAMAGED(RepairLevel.YES, Kind.STRUCTURE, "The root directory is damaged; repair makes an empty one.");

  /** What a repair touches decides when it may run. */
  enum Kind {
    /** Changes what is reachable: the check starts over afterwards. */
    STRUCTURE,

    /** Follows from what is reachable: done only when no structure was changed in the same pass. */
    ACCOUNTING,

    /** Allowed state of a volume that was not unmounted; no error. */
    NOTE
  }

  private final @Nullable RepairLevel level;
  private final Kind kind;
  private final String sentence;

  FindingCode(@Nullable RepairLevel level, Kind kind, String sentence) {
    this.level = level;
    this.kind = kind;
    this.sentence = sentence;
  }

  /** Whether a check that may repair this much repairs it. */
  boolean repairedAt(RepairLevel allowed) {
    return level != null && level.compareTo(allowed) <= 0;
  }

  Kind kind() {
    return kind;
  }

  /** False for states that a crash may leave and the next mount cleans up. */
  public boolean isError() {
    return kind != Kind.NOTE;
  }

  public String sentence() {
    return sentence;
  }
}
