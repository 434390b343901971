package cfs.fuse.wire;

import static cfs.fuse.wire.Fields.at;
import static cfs.fuse.wire.Fields.u32;
import static cfs.fuse.wire.Fields.u64;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** Requests about names; the NUL-terminated names follow the struct. Also extended attributes and forgetting. */
public final class NameFrames {
  /** struct fuse_mknod_in, followed by the name. */
  public static final StructLayout MKNOD_IN = MemoryLayout.structLayout(u32("mode"), u32("rdev"),
      u32("umask"),
      u32("padding"));

  public static final int MKNOD_IN_BYTES = (int) MKNOD_IN.byteSize();
  public static final long MKNOD_MODE = at(MKNOD_IN, "mode");
  public static final long MKNOD_RDEV = at(MKNOD_IN, "rdev");
  public static final long MKNOD_UMASK = at(MKNOD_IN, "umask");

  /** struct fuse_mkdir_in, followed by the name. */
  public static final StructLayout MKDIR_IN = MemoryLayout.structLayout(u32("mode"), u32("umask"));

  public static final int MKDIR_IN_BYTES = (int) MKDIR_IN.byteSize();
  public static final long MKDIR_MODE = at(MKDIR_IN, "mode");
  public static final long MKDIR_UMASK = at(MKDIR_IN, "umask");

  /** struct fuse_rename_in, followed by the old and the new name. */
  public static final StructLayout RENAME_IN = MemoryLayout.structLayout(u64("newdir"));

  public static final int RENAME_IN_BYTES = (int) RENAME_IN.byteSize();
  public static final long RENAME_NEW_PARENT = at(RENAME_IN, "newdir");

  /** struct fuse_rename2_in, followed by the old and the new name. */
  public static final StructLayout RENAME2_IN = MemoryLayout.structLayout(u64("newdir"), u32("flags"),
      u32("padding"));

  public static final int RENAME2_IN_BYTES = (int) RENAME2_IN.byteSize();
  public static final long RENAME2_FLAGS = at(RENAME2_IN, "flags");

  /** struct fuse_link_in, followed by the new name. */
  public static final StructLayout LINK_IN = MemoryLayout.structLayout(u64("oldnodeid"));

  public static final int LINK_IN_BYTES = (int) LINK_IN.byteSize();
  public static final long LINK_OLD_NODE = at(LINK_IN, "oldnodeid");

  /** struct fuse_setxattr_in without FUSE_SETXATTR_EXT, followed by the name and the value. */
  public static final StructLayout SETXATTR_IN = MemoryLayout.structLayout(u32("size"), u32("flags"));

  public static final int SETXATTR_IN_BYTES = (int) SETXATTR_IN.byteSize();
  public static final long SETXATTR_SIZE = at(SETXATTR_IN, "size");
  public static final long SETXATTR_FLAGS = at(SETXATTR_IN, "flags");

  /** struct fuse_getxattr_in, followed by the name; LISTXATTR has it without a name. Size 0 asks for the size only. */
  public static final StructLayout GETXATTR_IN = MemoryLayout.structLayout(u32("size"), u32("padding"));

  public static final int GETXATTR_IN_BYTES = (int) GETXATTR_IN.byteSize();
  public static final long GETXATTR_SIZE = at(GETXATTR_IN, "size");

  /** struct fuse_getxattr_out: the answer to size 0. */
  public static final StructLayout GETXATTR_OUT = MemoryLayout.structLayout(u32("size"), u32("padding"));

  public static final int GETXATTR_OUT_BYTES = (int) GETXATTR_OUT.byteSize();

  /** struct fuse_forget_in. */
  public static final StructLayout FORGET_IN = MemoryLayout.structLayout(u64("nlookup"));

  public static final long FORGET_COUNT = at(FORGET_IN, "nlookup");

  /** struct fuse_batch_forget_in, followed by so many {@link #FORGET_ONE}. */
  public static final StructLayout BATCH_FORGET_IN = MemoryLayout.structLayout(u32("count"), u32("dummy"));

  public static final int BATCH_FORGET_IN_BYTES = (int) BATCH_FORGET_IN.byteSize();
  public static final long BATCH_FORGET_COUNT = at(BATCH_FORGET_IN, "count");

  /** struct fuse_forget_one. */
  public static final StructLayout FORGET_ONE = MemoryLayout.structLayout(u64("nodeid"), u64("nlookup"));

  public static final int FORGET_ONE_BYTES = (int) FORGET_ONE.byteSize();
  public static final long FORGET_ONE_NODE = at(FORGET_ONE, "nodeid");
  public static final long FORGET_ONE_COUNT = at(FORGET_ONE, "nlookup");

  private NameFrames() {}
}
