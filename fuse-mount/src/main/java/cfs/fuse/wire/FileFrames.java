package cfs.fuse.wire;

import static cfs.fuse.wire.Fields.at;
import static cfs.fuse.wire.Fields.u32;
import static cfs.fuse.wire.Fields.u64;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** Requests about open files and directories. */
public final class FileFrames {
  /** struct fuse_open_in; OPENDIR has it too. */
  public static final StructLayout OPEN_IN = MemoryLayout.structLayout(u32("flags"), u32("open_flags"));

  public static final long OPEN_FLAGS = at(OPEN_IN, "flags");
  public static final long OPEN_OPEN_FLAGS = at(OPEN_IN, "open_flags");

  /** FUSE_OPEN_KILL_SUIDGID: truncation by a process without CAP_FSETID. */
  public static final int OPEN_KILL_SUIDGID = 1;

  /** struct fuse_create_in, followed by the name. */
  public static final StructLayout CREATE_IN = MemoryLayout.structLayout(u32("flags"), u32("mode"),
      u32("umask"),
      u32("open_flags"));

  public static final int CREATE_IN_BYTES = (int) CREATE_IN.byteSize();
  public static final long CREATE_FLAGS = at(CREATE_IN, "flags");
  public static final long CREATE_MODE = at(CREATE_IN, "mode");
  public static final long CREATE_UMASK = at(CREATE_IN, "umask");

  /** struct fuse_open_out; CREATE answers an entry_out followed by it. */
  public static final StructLayout OPEN_OUT = MemoryLayout.structLayout(u64("fh"), u32("open_flags"),
      u32("backing_id"));

  public static final int OPEN_OUT_BYTES = (int) OPEN_OUT.byteSize();
  public static final long OPEN_OUT_HANDLE = at(OPEN_OUT, "fh");
  public static final long OPEN_OUT_FLAGS = at(OPEN_OUT, "open_flags");
  public static final int FOPEN_DIRECT_IO = 1 << 0;
  public static final int FOPEN_NOFLUSH = 1 << 5;
  public static final int FOPEN_PARALLEL_DIRECT_WRITES = 1 << 6;

  /** struct fuse_read_in; READDIR has it too. */
  public static final StructLayout READ_IN = MemoryLayout.structLayout(u64("fh"), u64("offset"), u32("size"),
      u32("read_flags"), u64("lock_owner"), u32("flags"), u32("padding"));

  /** struct fuse_write_in, followed by the data; the fields that READ has stand at the same offsets. */
  public static final StructLayout WRITE_IN = MemoryLayout.structLayout(u64("fh"), u64("offset"), u32("size"),
      u32("write_flags"), u64("lock_owner"), u32("flags"), u32("padding"));

  public static final int WRITE_IN_BYTES = (int) WRITE_IN.byteSize();
  public static final long IO_HANDLE = at(WRITE_IN, "fh");
  public static final long IO_OFFSET = at(WRITE_IN, "offset");
  public static final long IO_SIZE = at(WRITE_IN, "size");
  public static final long WRITE_FLAGS = at(WRITE_IN, "write_flags");
  public static final int WRITE_KILL_SUIDGID = 1 << 2;

  /** Flags of the open file at the time of this request, open(2) values; fcntl(F_SETFL) changes them. */
  public static final long IO_FILE_FLAGS = at(WRITE_IN, "flags");

  /** struct fuse_write_out. */
  public static final StructLayout WRITE_OUT = MemoryLayout.structLayout(u32("size"), u32("padding"));

  public static final int WRITE_OUT_BYTES = (int) WRITE_OUT.byteSize();

  /** struct fuse_release_in; RELEASEDIR has it too. */
  public static final StructLayout RELEASE_IN = MemoryLayout.structLayout(u64("fh"), u32("flags"),
      u32("release_flags"), u64("lock_owner"));

  /** struct fuse_flush_in. */
  public static final StructLayout FLUSH_IN = MemoryLayout.structLayout(u64("fh"), u32("unused"),
      u32("padding"),
      u64("lock_owner"));

  /** struct fuse_fsync_in; FSYNCDIR has it too. */
  public static final StructLayout FSYNC_IN = MemoryLayout.structLayout(u64("fh"), u32("fsync_flags"),
      u32("padding"));

  public static final long FSYNC_FLAGS = at(FSYNC_IN, "fsync_flags");
  public static final int FSYNC_FDATASYNC = 1;

  /** struct fuse_fallocate_in. */
  public static final StructLayout FALLOCATE_IN = MemoryLayout.structLayout(u64("fh"), u64("offset"),
      u64("length"),
      u32("mode"), u32("padding"));

  public static final long FALLOCATE_OFFSET = at(FALLOCATE_IN, "offset");
  public static final long FALLOCATE_LENGTH = at(FALLOCATE_IN, "length");
  public static final long FALLOCATE_MODE = at(FALLOCATE_IN, "mode");

  /** struct fuse_lseek_in. */
  public static final StructLayout LSEEK_IN = MemoryLayout.structLayout(u64("fh"), u64("offset"),
      u32("whence"),
      u32("padding"));

  public static final long LSEEK_OFFSET = at(LSEEK_IN, "offset");
  public static final long LSEEK_WHENCE = at(LSEEK_IN, "whence");

  /** struct fuse_lseek_out. */
  public static final StructLayout LSEEK_OUT = MemoryLayout.structLayout(u64("offset"));

  public static final int LSEEK_OUT_BYTES = (int) LSEEK_OUT.byteSize();

  /** The handle is the first field of every struct above that has one. */
  public static final long HANDLE = 0;

  /** struct fuse_dirent, followed by the name and padded to 8 bytes. */
  public static final StructLayout DIRENT = MemoryLayout.structLayout(u64("ino"), u64("off"), u32("namelen"),
      u32("type"));

  public static final int DIRENT_BYTES = (int) DIRENT.byteSize();
  public static final long DIRENT_INODE = at(DIRENT, "ino");
  public static final long DIRENT_COOKIE = at(DIRENT, "off");
  public static final long DIRENT_NAME_BYTES = at(DIRENT, "namelen");
  public static final long DIRENT_TYPE = at(DIRENT, "type");

  private FileFrames() {}
}
