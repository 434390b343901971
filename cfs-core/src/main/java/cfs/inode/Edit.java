package cfs.inode;

import cfs.alloc.Group;
import cfs.journal.Transaction;
import java.util.List;

/**
 * What a change of an inode works with: the open transaction, the locked group that gives new metadata blocks, and the locked
 * groups into which blocks may be freed.
 */
public record Edit(Transaction tx, Group group, List<Group> freeable) {
  public Edit(Transaction tx, Group group) {
    this(tx, group, List.of(group));
  }
}
