package cfs.format;

import static cfs.format.BlockHeader.BYTES;
import static cfs.format.Fields.bytes;
import static cfs.format.Fields.offset;
import static cfs.format.Fields.u16;
import static cfs.format.Fields.u32;
import static cfs.format.Fields.u64;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/**
 * One inode = one block; its number is the block's number. {@code mode} 0 marks a freed inode. The payload area holds inline
 * file data or the root page of a B+tree (extents of a file, entries of a directory); the xattr area the root page of the
 * attribute tree.
 */
public final class InodeRecord {
  public static final int PAYLOAD_BYTES = 2560;
  public static final int XATTR_BYTES = 1280;

  /** Payload is raw file content of {@code size} bytes. */
  public static final int INLINE = 1;

  /** Payload is the root page of an extent tree. */
  public static final int EXTENTS = 2;

  /** Payload is the root page of a directory tree. */
  public static final int DIRECTORY = 3;

  /** Payload unused (device nodes, sockets, pipes). */
  public static final int NONE = 0;

  /** Flag: extents beyond the size are left from a truncate that was cut short; remove before the file grows. */
  public static final int TRUNCATING = 1;

  /** Flag: without names and users, its tree nodes are being freed and must not be followed any more. */
  public static final int DYING = 2;

  public static final StructLayout LAYOUT = MemoryLayout.structLayout(
      u64("generation"),
      u32("mode"),
      u32("linkCount"),
      u32("uid"),
      u32("gid"),
      u32("rdev"),
      u32("flags"),
      u64("size"),
      u64("blocks"),
      u64("accessNanos"),
      u64("modifyNanos"),
      u64("changeNanos"),
      u64("birthNanos"),
      u64("parent"),
      u32("fileset"),
      u16("payloadKind"),
      u16("xattrPresent"),
      u64("shadow"),
      u64("shadowEpoch"),
      bytes("reserved", 64),
      bytes("payload", PAYLOAD_BYTES),
      bytes("xattrs", XATTR_BYTES));

  public static final long GENERATION = BYTES + offset(LAYOUT, "generation");
  public static final long MODE = BYTES + offset(LAYOUT, "mode");
  public static final long LINK_COUNT = BYTES + offset(LAYOUT, "linkCount");
  public static final long UID = BYTES + offset(LAYOUT, "uid");
  public static final long GID = BYTES + offset(LAYOUT, "gid");
  public static final long RDEV = BYTES + offset(LAYOUT, "rdev");
  public static final long FLAGS = BYTES + offset(LAYOUT, "flags");

  /** Bytes of the file; entries of a directory. */
  public static final long SIZE = BYTES + offset(LAYOUT, "size");

  /** Allocated 4 KiB blocks: data and tree nodes, not the inode itself. */
  public static final long BLOCKS = BYTES + offset(LAYOUT, "blocks");

  public static final long ACCESS = BYTES + offset(LAYOUT, "accessNanos");
  public static final long MODIFY = BYTES + offset(LAYOUT, "modifyNanos");
  public static final long CHANGE = BYTES + offset(LAYOUT, "changeNanos");
  public static final long BIRTH = BYTES + offset(LAYOUT, "birthNanos");

  /** Parent directory of a directory. */
  public static final long PARENT = BYTES + offset(LAYOUT, "parent");

  public static final long FILESET = BYTES + offset(LAYOUT, "fileset");
  public static final long PAYLOAD_KIND = BYTES + offset(LAYOUT, "payloadKind");
  public static final long XATTR_PRESENT = BYTES + offset(LAYOUT, "xattrPresent");
  public static final long PAYLOAD = BYTES + offset(LAYOUT, "payload");
  public static final long XATTRS = BYTES + offset(LAYOUT, "xattrs");

  private InodeRecord() {}
}
