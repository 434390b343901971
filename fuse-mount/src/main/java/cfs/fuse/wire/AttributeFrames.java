package cfs.fuse.wire;

import static cfs.fuse.wire.Fields.at;
import static cfs.fuse.wire.Fields.u32;
import static cfs.fuse.wire.Fields.u64;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/** Attributes, entries and file-system statistics. */
public final class AttributeFrames {
  /** struct fuse_attr. */
  public static final StructLayout ATTR = MemoryLayout.structLayout(u64("ino"), u64("size"), u64("blocks"),
      u64("atime"), u64("mtime"), u64("ctime"), u32("atimensec"), u32("mtimensec"), u32("ctimensec"),
      u32("mode"),
      u32("nlink"), u32("uid"), u32("gid"), u32("rdev"), u32("blksize"), u32("flags"));

  public static final int ATTR_BYTES = (int) ATTR.byteSize();
  public static final long ATTR_INODE = at(ATTR, "ino");
  public static final long ATTR_SIZE = at(ATTR, "size");
  public static final long ATTR_BLOCKS = at(ATTR, "blocks");
  public static final long ATTR_ATIME = at(ATTR, "atime");
  public static final long ATTR_MTIME = at(ATTR, "mtime");
  public static final long ATTR_CTIME = at(ATTR, "ctime");
  public static final long ATTR_ATIME_NANOS = at(ATTR, "atimensec");
  public static final long ATTR_MTIME_NANOS = at(ATTR, "mtimensec");
  public static final long ATTR_CTIME_NANOS = at(ATTR, "ctimensec");
  public static final long ATTR_MODE = at(ATTR, "mode");
  public static final long ATTR_LINKS = at(ATTR, "nlink");
  public static final long ATTR_UID = at(ATTR, "uid");
  public static final long ATTR_GID = at(ATTR, "gid");
  public static final long ATTR_RDEV = at(ATTR, "rdev");
  public static final long ATTR_BLOCK_BYTES = at(ATTR, "blksize");
  public static final long ATTR_FLAGS = at(ATTR, "flags");

  /** struct fuse_entry_out. */
  public static final StructLayout ENTRY_OUT = MemoryLayout.structLayout(u64("nodeid"), u64("generation"),
      u64("entry_valid"), u64("attr_valid"), u32("entry_valid_nsec"), u32("attr_valid_nsec"),
      ATTR.withName("attr"));

  public static final int ENTRY_OUT_BYTES = (int) ENTRY_OUT.byteSize();
  public static final long ENTRY_OUT_NODE = at(ENTRY_OUT, "nodeid");
  public static final long ENTRY_OUT_GENERATION = at(ENTRY_OUT, "generation");
  public static final long ENTRY_OUT_ATTR = at(ENTRY_OUT, "attr");

  /** struct fuse_attr_out. */
  public static final StructLayout ATTR_OUT = MemoryLayout.structLayout(u64("attr_valid"),
      u32("attr_valid_nsec"),
      u32("dummy"), ATTR.withName("attr"));

  public static final int ATTR_OUT_BYTES = (int) ATTR_OUT.byteSize();
  public static final long ATTR_OUT_VALID_SECONDS = at(ATTR_OUT, "attr_valid");
  public static final long ATTR_OUT_VALID_NANOS = at(ATTR_OUT, "attr_valid_nsec");
  public static final long ATTR_OUT_ATTR = at(ATTR_OUT, "attr");

  /** struct fuse_getattr_in. */
  public static final StructLayout GETATTR_IN = MemoryLayout.structLayout(u32("getattr_flags"), u32("dummy"),
      u64("fh"));

  /** struct fuse_setattr_in. */
  public static final StructLayout SETATTR_IN = MemoryLayout.structLayout(u32("valid"), u32("padding"),
      u64("fh"),
      u64("size"), u64("lock_owner"), u64("atime"), u64("mtime"), u64("ctime"), u32("atimensec"),
      u32("mtimensec"),
      u32("ctimensec"), u32("mode"), u32("unused4"), u32("uid"), u32("gid"), u32("unused5"));

  public static final long SETATTR_VALID = at(SETATTR_IN, "valid");
  public static final long SETATTR_SIZE = at(SETATTR_IN, "size");
  public static final long SETATTR_ATIME = at(SETATTR_IN, "atime");
  public static final long SETATTR_MTIME = at(SETATTR_IN, "mtime");
  public static final long SETATTR_CTIME = at(SETATTR_IN, "ctime");
  public static final long SETATTR_ATIME_NANOS = at(SETATTR_IN, "atimensec");
  public static final long SETATTR_MTIME_NANOS = at(SETATTR_IN, "mtimensec");
  public static final long SETATTR_CTIME_NANOS = at(SETATTR_IN, "ctimensec");
  public static final long SETATTR_MODE = at(SETATTR_IN, "mode");
  public static final long SETATTR_UID = at(SETATTR_IN, "uid");
  public static final long SETATTR_GID = at(SETATTR_IN, "gid");

  public static final int FATTR_MODE = 1 << 0;
  public static final int FATTR_UID = 1 << 1;
  public static final int FATTR_GID = 1 << 2;
  public static final int FATTR_SIZE = 1 << 3;
  public static final int FATTR_ATIME = 1 << 4;
  public static final int FATTR_MTIME = 1 << 5;
  public static final int FATTR_ATIME_NOW = 1 << 7;
  public static final int FATTR_MTIME_NOW = 1 << 8;
  public static final int FATTR_CTIME = 1 << 10;
  public static final int FATTR_KILL_SUIDGID = 1 << 11;

  /** struct fuse_statfs_out. */
  public static final StructLayout STATFS_OUT = MemoryLayout.structLayout(u64("blocks"), u64("bfree"),
      u64("bavail"),
      u64("files"), u64("ffree"), u32("bsize"), u32("namelen"), u32("frsize"), u32("padding"),
      MemoryLayout.sequenceLayout(6, ValueLayout.JAVA_INT).withName("spare"));

  public static final int STATFS_OUT_BYTES = (int) STATFS_OUT.byteSize();
  public static final long STATFS_BLOCKS = at(STATFS_OUT, "blocks");
  public static final long STATFS_FREE = at(STATFS_OUT, "bfree");
  public static final long STATFS_AVAILABLE = at(STATFS_OUT, "bavail");
  public static final long STATFS_FILES = at(STATFS_OUT, "files");
  public static final long STATFS_FILES_FREE = at(STATFS_OUT, "ffree");
  public static final long STATFS_BLOCK_BYTES = at(STATFS_OUT, "bsize");
  public static final long STATFS_NAME_BYTES = at(STATFS_OUT, "namelen");
  public static final long STATFS_FRAGMENT_BYTES = at(STATFS_OUT, "frsize");

  private AttributeFrames() {}
}
