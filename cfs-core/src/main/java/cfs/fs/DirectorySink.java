package cfs.fs;

/** Takes directory entries one by one. */
public interface DirectorySink {
  /**
   * @param name raw bytes, 1 to 255, neither '/' nor NUL
   * @param type DT_* value of dirent.h (mode type bits shifted right by 12)
   * @param nextCookie where reading goes on after this entry; stable while entries come and go
   * @return false when the entry did not fit; it is delivered again by the next read
   */
  boolean add(byte[] name, long inode, int type, long nextCookie);
}
