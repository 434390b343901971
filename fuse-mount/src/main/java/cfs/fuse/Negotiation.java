package cfs.fuse;

import static cfs.fuse.wire.Init.*;

import cfs.error.FsError;
import cfs.error.FsException;

/** The answer to INIT: which protocol version, sizes and features this mount uses; docs/FUSE.md says why. */
final class Negotiation {
  static final long WANTED = ASYNC_READ | ATOMIC_O_TRUNC | BIG_WRITES | AUTO_INVAL_DATA | ASYNC_DIO
      | PARALLEL_DIROPS
      | MAX_PAGES | HANDLE_KILLPRIV_V2 | INIT_EXT;

  /** Without these the file system would not be right: writes of 4 KiB only, or setuid bits that survive a write. */
  static final long REQUIRED = ATOMIC_O_TRUNC | BIG_WRITES | MAX_PAGES;

  private static final int PAGE_BYTES = 4096;

  /** Asynchronous requests (libaio, io_uring) of all users together that the kernel hands over before it queues. */
  private static final int MAX_BACKGROUND = 256;

  private Negotiation() {}

  /** Writes a fuse_init_out; refuses kernels that are too old. */
  static int serve(Request request) {
    int minor = request.u32(IN_MINOR);
    long offered = offered(request);
    if (request.u32(IN_MAJOR) != MAJOR || minor < MINOR_OLDEST || (offered & REQUIRED) != REQUIRED) {
      throw new FsException(FsError.NOT_SUPPORTED,
          "the kernel speaks FUSE " + request.u32(IN_MAJOR) + "." + minor
              + " with features " + Long.toHexString(offered) + ", CFS needs 7." + MINOR_OLDEST
              + " (Linux 5.2) or newer");
    }
    answer(request, Math.min(minor, MINOR_NEWEST), offered & WANTED);
    return OUT_BYTES;
  }

  private static long offered(Request request) {
    long flags = Integer.toUnsignedLong(request.u32(IN_FLAGS));
    return (flags & INIT_EXT) == 0 ? flags : flags | (long) request.u32(IN_FLAGS2) << 32;
  }

  private static void answer(Request request, int minor, long features) {
    request.clear(0, OUT_BYTES);
    request.set32(OUT_MAJOR, MAJOR);
    request.set32(OUT_MINOR, minor);
    request.set32(OUT_MAX_READAHEAD, request.u32(IN_MAX_READAHEAD));
    request.set32(OUT_FLAGS, (int) features);
    request.set32(OUT_FLAGS2, (int) (features >>> 32));
    request.set32(OUT_MAX_BACKGROUND, MAX_BACKGROUND | MAX_BACKGROUND * 3 / 4 << 16);
    request.set32(OUT_MAX_WRITE, Request.MAX_PAYLOAD_BYTES);
    request.set32(OUT_TIME_GRANULARITY, 1);
    request.set32(OUT_MAX_PAGES, Request.MAX_PAYLOAD_BYTES / PAGE_BYTES);
  }
}
