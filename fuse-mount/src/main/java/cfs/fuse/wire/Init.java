package cfs.fuse.wire;

import static cfs.fuse.wire.Fields.at;
import static cfs.fuse.wire.Fields.u16;
import static cfs.fuse.wire.Fields.u32;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/** INIT: the first request of a mount, in which both sides agree on version, sizes and features. */
public final class Init {
  public static final int MAJOR = 7;

  /** The newest minor version this code was written against. */
  public static final int MINOR_NEWEST = 45;

  /** The oldest minor version this code speaks (2019, Linux 5.2): everything older lacks the 64-byte init_out fields. */
  public static final int MINOR_OLDEST = 31;

  /** struct fuse_init_in; older kernels send only its first 16 bytes. */
  public static final StructLayout IN = MemoryLayout.structLayout(u32("major"), u32("minor"),
      u32("max_readahead"),
      u32("flags"), u32("flags2"), MemoryLayout.sequenceLayout(11, ValueLayout.JAVA_INT).withName("unused"));

  public static final long IN_MAJOR = at(IN, "major");
  public static final long IN_MINOR = at(IN, "minor");
  public static final long IN_MAX_READAHEAD = at(IN, "max_readahead");
  public static final long IN_FLAGS = at(IN, "flags");
  public static final long IN_FLAGS2 = at(IN, "flags2");

  /** struct fuse_init_out. */
  public static final StructLayout OUT = MemoryLayout.structLayout(u32("major"), u32("minor"),
      u32("max_readahead"),
      u32("flags"), u16("max_background"), u16("congestion_threshold"), u32("max_write"), u32("time_gran"),
      u16("max_pages"), u16("map_alignment"), u32("flags2"), u32("max_stack_depth"), u16("request_timeout"),
      MemoryLayout.sequenceLayout(11, ValueLayout.JAVA_SHORT).withName("unused"));

  public static final int OUT_BYTES = (int) OUT.byteSize();
  public static final long OUT_MAJOR = at(OUT, "major");
  public static final long OUT_MINOR = at(OUT, "minor");
  public static final long OUT_MAX_READAHEAD = at(OUT, "max_readahead");
  public static final long OUT_FLAGS = at(OUT, "flags");
  public static final long OUT_MAX_BACKGROUND = at(OUT, "max_background");
  public static final long OUT_CONGESTION_THRESHOLD = at(OUT, "congestion_threshold");
  public static final long OUT_MAX_WRITE = at(OUT, "max_write");
  public static final long OUT_TIME_GRANULARITY = at(OUT, "time_gran");
  public static final long OUT_MAX_PAGES = at(OUT, "max_pages");
  public static final long OUT_FLAGS2 = at(OUT, "flags2");

  public static final long ASYNC_READ = 1L << 0;
  public static final long ATOMIC_O_TRUNC = 1L << 3;
  public static final long BIG_WRITES = 1L << 5;
  public static final long AUTO_INVAL_DATA = 1L << 12;
  public static final long ASYNC_DIO = 1L << 15;
  public static final long PARALLEL_DIROPS = 1L << 18;
  public static final long MAX_PAGES = 1L << 22;
  public static final long HANDLE_KILLPRIV_V2 = 1L << 28;

  /** Says that flags2 is valid; its bits are 32 and up here. */
  public static final long INIT_EXT = 1L << 30;

  private Init() {}
}
