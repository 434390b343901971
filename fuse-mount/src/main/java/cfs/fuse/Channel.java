package cfs.fuse;

import java.lang.foreign.MemorySegment;

/** One open connection to the kernel: requests of one mount come out, replies and notifications go in. Thread-safe. */
public interface Channel extends AutoCloseable {
  /** -ENODEV: the mount is gone. */
  int UNMOUNTED = -19;

  /** -ECONNABORTED: the mount was aborted. */
  int ABORTED = -103;

  /** -EINTR, -EAGAIN and -ENOENT (the request was taken back while it was being read): just read again. */
  static boolean isTransient(int result) {
    return result == -4 || result == -11 || result == -2;
  }

  /**
   * Waits for one request and stores it whole.
   *
   * @param capacity bytes from {@code offset} on; at least {@link Request#RECEIVE_BYTES}
   * @return length of the request in bytes, or -errno
   */
  int receive(MemorySegment to, long offset, int capacity);

  /** Hands one reply or notification over, whole; 0 or -errno (-ENOENT: nobody waits for it any more). */
  int send(MemorySegment from, long offset, int length);

  /**
   * Another connection to the same mount, so that threads do not contend for one; a request is answered where it was read.
   *
   * @throws java.io.UncheckedIOException when the process may not open another one
   */
  Channel another();

  @Override
  void close();
}
