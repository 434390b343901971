package cfs.fuse;

import cfs.fuse.wire.Headers;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What the kernel is told without being asked. Nothing here waits for a request in flight. */
final class Notices {
  private static final Logger LOG = System.getLogger("cfs.fuse");

  /** A size that no file reaches and that still leaves room below the largest offset of 2^63 - 1. */
  static final long UNKNOWN_SIZE_BYTES = 1L << 62;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  private final Channel channel;

  Notices(Channel channel) {
    this.channel = channel;
  }

  /** Attributes are no longer valid; offset -1 leaves pages alone. */
  void invalidateAttributes(long node) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment notice = notice(arena, Headers.NOTIFY_INVAL_INODE, Headers.INVAL_INODE_BYTES);
      notice.set(LONG, Headers.OUT_BYTES + Headers.INVAL_INODE_NODE, node);
      notice.set(LONG, Headers.OUT_BYTES + Headers.INVAL_INODE_OFFSET, -1);
      send(notice);
    }
  }

  /**
   * Makes the kernel believe that the file is very large, until it next hears the size. It answers asynchronous reads
   * (libaio, io_uring) beyond the size that it last heard with 0 bytes and does not ask, so a file that another host made
   * longer would seem to end early. The only message that raises a size is to store a byte: it costs the kernel one page,
   * which goes when the true size is heard. stat(2) and SEEK_END are not deceived, they ask for the attributes first.
   */
  void forgetSize(long node) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment notice = notice(arena, Headers.NOTIFY_STORE, Headers.STORE_BYTES + 1);
      notice.set(LONG, Headers.OUT_BYTES + Headers.STORE_NODE, node);
      notice.set(LONG, Headers.OUT_BYTES + Headers.STORE_OFFSET, UNKNOWN_SIZE_BYTES - 1);
      notice.set(INT, Headers.OUT_BYTES + Headers.STORE_SIZE, 1);
      send(notice);
    }
  }

  private static MemorySegment notice(Arena arena, int code, int bodyBytes) {
    int bytes = Headers.OUT_BYTES + bodyBytes;
    MemorySegment notice = arena.allocate(bytes, 8);
    notice.set(INT, Headers.OUT_LENGTH, bytes);
    notice.set(INT, Headers.OUT_ERROR, code);
    return notice;
  }

  /** -ENOENT: the kernel does not know the inode; -ENODEV: the mount is gone. Both need nothing. */
  private void send(MemorySegment notice) {
    int sent = channel.send(notice, 0, (int) notice.byteSize());
    if (sent != 0 && sent != -2 && sent != Channel.UNMOUNTED) {
      LOG.log(Level.WARNING,
          "the kernel refused notice " + notice.get(INT, Headers.OUT_ERROR) + " with errno " + -sent);
    }
  }
}
