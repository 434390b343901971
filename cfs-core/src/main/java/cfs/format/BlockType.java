package cfs.format;

import cfs.port.ResourceKind;
import org.jspecify.annotations.Nullable;

/** What a metadata block holds. The code is on disk; zero is never valid, so that a zeroed block is recognised. */
public enum BlockType {
  SUPERBLOCK(1, ResourceKind.VOLUME),
  GROUP_HEADER(2, ResourceKind.GROUP),
  CHUNK_MAP(3, ResourceKind.GROUP),
  SLOT(4, ResourceKind.JOURNAL),
  INODE(5, ResourceKind.INODE),
  TREE_NODE(6, ResourceKind.INODE),
  JOURNAL_HEADER(7, ResourceKind.JOURNAL),
  JOURNAL_DESCRIPTOR(8, ResourceKind.JOURNAL),
  JOURNAL_COMMIT(9, ResourceKind.JOURNAL);

  private final int code;
  private final ResourceKind ownerKind;

  BlockType(int code, ResourceKind ownerKind) {
    this.code = code;
    this.ownerKind = ownerKind;
  }

  public int code() {
    return code;
  }

  /** Kind of the cluster lock that protects such a block; the header's owner field is its id. */
  public ResourceKind ownerKind() {
    return ownerKind;
  }

  public static @Nullable BlockType ofCode(int code) {
    return code >= 1 && code <= values().length ? values()[code - 1] : null;
  }
}
