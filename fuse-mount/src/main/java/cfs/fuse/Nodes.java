package cfs.fuse;

import static cfs.fuse.wire.AttributeFrames.*;

import cfs.fs.Attributes;
import cfs.fuse.wire.Headers;

/**
 * Inode numbers to node ids of the kernel and attributes to their wire form.
 *
 * <p>The kernel calls the root 1. Node id and inode number are the same except that 1 and the root's inode number change
 * places, which keeps the translation its own inverse whatever number the root has.
 */
final class Nodes {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final int PREFERRED_IO_BYTES = 4096;

  private final long rootInode;

  Nodes(long rootInode) {
    this.rootInode = rootInode;
  }

  /** The inode of a node, or the node of an inode. */
  long translate(long number) {
    if (number == Headers.ROOT_NODE) {
      return rootInode;
    }
    return number == rootInode ? Headers.ROOT_NODE : number;
  }

  long inode(Request request) {
    return translate(request.node());
  }

  /**
   * Writes a fuse_entry_out at the beginning of the reply body; returns its length. Both timeouts are 0: the kernel asks
   * again before it uses name or attributes, so what another host did is seen.
   */
  int entry(Request request, Attributes attributes) {
    request.clear(0, ENTRY_OUT_BYTES);
    request.set64(ENTRY_OUT_NODE, translate(attributes.inode()));
    request.set64(ENTRY_OUT_GENERATION, attributes.generation());
    write(request, ENTRY_OUT_ATTR, attributes);
    return ENTRY_OUT_BYTES;
  }

  /** Writes a fuse_attr_out; the kernel may use the attributes for {@code validNanos} without asking. */
  int attributes(Request request, Attributes attributes, long validNanos) {
    request.clear(0, ATTR_OUT_BYTES);
    request.set64(ATTR_OUT_VALID_SECONDS, validNanos / NANOS_PER_SECOND);
    request.set32(ATTR_OUT_VALID_NANOS, (int) (validNanos % NANOS_PER_SECOND));
    write(request, ATTR_OUT_ATTR, attributes);
    return ATTR_OUT_BYTES;
  }

  private static void write(Request request, long at, Attributes attributes) {
    request.set64(at + ATTR_INODE, attributes.inode());
    request.set64(at + ATTR_SIZE, attributes.sizeBytes());
    request.set64(at + ATTR_BLOCKS, attributes.blocks512());
    request.set64(at + ATTR_ATIME, Math.floorDiv(attributes.accessNanos(), NANOS_PER_SECOND));
    request.set64(at + ATTR_MTIME, Math.floorDiv(attributes.modifyNanos(), NANOS_PER_SECOND));
    request.set64(at + ATTR_CTIME, Math.floorDiv(attributes.changeNanos(), NANOS_PER_SECOND));
    request.set32(at + ATTR_ATIME_NANOS, (int) Math.floorMod(attributes.accessNanos(), NANOS_PER_SECOND));
    request.set32(at + ATTR_MTIME_NANOS, (int) Math.floorMod(attributes.modifyNanos(), NANOS_PER_SECOND));
    request.set32(at + ATTR_CTIME_NANOS, (int) Math.floorMod(attributes.changeNanos(), NANOS_PER_SECOND));
    request.set32(at + ATTR_MODE, attributes.mode());
    request.set32(at + ATTR_LINKS, attributes.linkCount());
    request.set32(at + ATTR_UID, attributes.uid());
    request.set32(at + ATTR_GID, attributes.gid());
    request.set32(at + ATTR_RDEV, attributes.rdev());
    request.set32(at + ATTR_BLOCK_BYTES, PREFERRED_IO_BYTES);
    request.set32(at + ATTR_FLAGS, 0);
  }

  /** Nanoseconds since 1970 of seconds and nanoseconds; beyond the years 1677 to 2262 the nearest that fits. */
  static long nanos(long seconds, int nanos) {
    if (seconds > Long.MAX_VALUE / NANOS_PER_SECOND - 1) {
      return Long.MAX_VALUE;
    }
    if (seconds < Long.MIN_VALUE / NANOS_PER_SECOND + 1) {
      return Long.MIN_VALUE;
    }
    return seconds * NANOS_PER_SECOND + Integer.toUnsignedLong(nanos);
  }
}
