package cfs.fs;

import cfs.alloc.Allocator;
import cfs.format.DirectoryEntry;
import cfs.format.Geometry;
import cfs.format.Superblock;
import cfs.inode.Directory;
import cfs.inode.Inode;
import cfs.inode.InodeTable;
import cfs.journal.BlockStore;
import cfs.journal.Journal;
import cfs.port.Clock;
import cfs.port.LockSpace;

/** What the operations of one mount share. */
record Parts(
    Superblock superblock,
    BlockStore store,
    LockSpace locks,
    Journal journal,
    Allocator allocator,
    InodeTable inodes,
    Clock clock) {

  Directory directory(Inode inode) {
    return new Directory(inode, superblock.hashSeed());
  }

  Geometry geometry() {
    return superblock.geometry();
  }

  long now() {
    return clock.wallNanos();
  }

  /** DT_* of dirent.h. */
  static int entryType(int mode) {
    return (mode & Attributes.TYPE_MASK) >> 12;
  }

  static DirectoryEntry entry(Inode inode, byte[] name) {
    return new DirectoryEntry(inode.number(), entryType(inode.mode()), name);
  }
}
