package cfs.fs;

import cfs.inode.Inode;

/** An open file of a mount; keeps its inode in memory and its OPEN lock pinned. */
record Handle(Inode file, int flags) implements OpenFile {
  static final int O_ACCMODE = 3;
  static final int O_CREAT = 0100;
  static final int O_EXCL = 0200;
  static final int O_TRUNC = 01000;
  static final int O_APPEND = 02000;

  @Override
  public long inode() {
    return file.number();
  }
}
