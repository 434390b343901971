package cfs.fuse.wire;

import static cfs.fuse.wire.Fields.at;
import static cfs.fuse.wire.Fields.u16;
import static cfs.fuse.wire.Fields.u32;
import static cfs.fuse.wire.Fields.u64;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** What stands before every request and every reply. */
public final class Headers {
  /** struct fuse_in_header. */
  public static final StructLayout IN = MemoryLayout.structLayout(u32("len"), u32("opcode"), u64("unique"),
      u64("nodeid"), u32("uid"), u32("gid"), u32("pid"), u16("total_extlen"), u16("padding"));

  public static final int IN_BYTES = (int) IN.byteSize();
  public static final long IN_LENGTH = at(IN, "len");
  public static final long IN_OPCODE = at(IN, "opcode");
  public static final long IN_UNIQUE = at(IN, "unique");
  public static final long IN_NODE = at(IN, "nodeid");
  public static final long IN_UID = at(IN, "uid");
  public static final long IN_GID = at(IN, "gid");
  public static final long IN_PID = at(IN, "pid");

  /** struct fuse_out_header; error is 0 or -errno, or the notify code when unique is 0. */
  public static final StructLayout OUT = MemoryLayout.structLayout(u32("len"), u32("error"), u64("unique"));

  public static final int OUT_BYTES = (int) OUT.byteSize();
  public static final long OUT_LENGTH = at(OUT, "len");
  public static final long OUT_ERROR = at(OUT, "error");
  public static final long OUT_UNIQUE = at(OUT, "unique");

  /** struct fuse_notify_inval_inode_out, sent with code {@link #NOTIFY_INVAL_INODE}. */
  public static final StructLayout INVAL_INODE = MemoryLayout.structLayout(u64("ino"), u64("off"),
      u64("len"));

  public static final int INVAL_INODE_BYTES = (int) INVAL_INODE.byteSize();
  public static final long INVAL_INODE_NODE = at(INVAL_INODE, "ino");
  public static final long INVAL_INODE_OFFSET = at(INVAL_INODE, "off");
  public static final long INVAL_INODE_LENGTH = at(INVAL_INODE, "len");
  public static final int NOTIFY_INVAL_INODE = 2;

  /** The number by which the kernel names the root of the mount. */
  public static final long ROOT_NODE = 1;

  private Headers() {}
}
