package cfs.fs;

/** An open file description (files and directories). Opaque to callers; ended by {@link FileSystem#release}. */
public interface OpenFile {
  long inode();

  /** Flags of open(2) as given, Linux x86-64 values. */
  int flags();
}
