package cfs.fuse;

import cfs.error.FsError;
import cfs.error.FsException;
import cfs.error.Invariant;
import cfs.fs.Caller;
import cfs.fuse.wire.FileFrames;
import cfs.fuse.wire.Headers;
import cfs.fuse.wire.Opcode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * The request that one reader thread serves, with room for its reply; used again for the next one, by one thread.
 *
 * <p>Both buffers are laid out around the page boundary at {@link #PAYLOAD}: the data of a WRITE begins there (headers of
 * 40 + 40 bytes before it) and so does the body of a reply (header of 16 bytes before it), so that O_DIRECT I/O goes from
 * and to them without a copy.
 *
 * <p>Offsets given to the getters count from the end of the request header, those given to the setters from the beginning
 * of the reply body. Getters of what the kernel did not send throw IllegalStateException.
 */
final class Request {
  /** Where page-aligned data is, in both buffers. */
  static final int PAYLOAD = 4096;

  /** Largest data of a READ or WRITE: 256 pages, what kernels allow without a raised fs.fuse.max_pages_limit. */
  static final int MAX_PAYLOAD_BYTES = 1 << 20;

  /** Answers of a handler other than the length of the reply body (not negative) or -errno. */
  static final int NO_REPLY = Integer.MIN_VALUE + 1;

  private static final int REQUEST = PAYLOAD - Headers.IN_BYTES - FileFrames.WRITE_IN_BYTES;
  private static final int BODY = REQUEST + Headers.IN_BYTES;
  private static final int REPLY = PAYLOAD - Headers.OUT_BYTES;

  /** What one read(2) may bring; the kernel refuses less. */
  static final int RECEIVE_BYTES = PAYLOAD + MAX_PAYLOAD_BYTES - REQUEST;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  private final MemorySegment in;
  private final MemorySegment out;
  private int length;

  Request(Arena arena) {
    in = arena.allocate(PAYLOAD + MAX_PAYLOAD_BYTES, PAYLOAD);
    out = arena.allocate(PAYLOAD + MAX_PAYLOAD_BYTES, PAYLOAD);
  }

  /** Takes the next request from the channel; its length or -errno. */
  int receive(Channel channel) {
    length = 0;
    int received = channel.receive(in, REQUEST, RECEIVE_BYTES);
    if (received >= 0) {
      Invariant.check(received >= Headers.IN_BYTES && received == in.get(INT, REQUEST + Headers.IN_LENGTH),
          "the kernel hands over whole requests", received);
      length = received;
    }
    return received;
  }

  /** Answers with {@code result} bytes of body, or with an error when it is negative (-errno). */
  int reply(Channel channel, int result) {
    Invariant.check(result <= MAX_PAYLOAD_BYTES, "a reply fits", result);
    int bytes = Headers.OUT_BYTES + Math.max(result, 0);
    out.set(INT, REPLY + Headers.OUT_LENGTH, bytes);
    out.set(INT, REPLY + Headers.OUT_ERROR, Math.min(result, 0));
    out.set(LONG, REPLY + Headers.OUT_UNIQUE, unique());
    return channel.send(out, REPLY, bytes);
  }

  int length() {
    return length;
  }

  int opcode() {
    return in.get(INT, REQUEST + Headers.IN_OPCODE);
  }

  boolean is(Opcode opcode) {
    return opcode() == opcode.code();
  }

  long unique() {
    return in.get(LONG, REQUEST + Headers.IN_UNIQUE);
  }

  long node() {
    return in.get(LONG, REQUEST + Headers.IN_NODE);
  }

  int uid() {
    return in.get(INT, REQUEST + Headers.IN_UID);
  }

  int pid() {
    return in.get(INT, REQUEST + Headers.IN_PID);
  }

  Caller caller() {
    return new Caller(uid(), in.get(INT, REQUEST + Headers.IN_GID), pid());
  }

  /** Bytes of the body that the kernel sent. */
  int bodyLength() {
    return length - Headers.IN_BYTES;
  }

  int u32(long at) {
    checkSent(at, 4);
    return in.get(INT, BODY + at);
  }

  long u64(long at) {
    checkSent(at, 8);
    return in.get(LONG, BODY + at);
  }

  /** The raw bytes of the {@code index}th NUL-terminated string after {@code at}. */
  byte[] name(long at, int index) {
    long start = at;
    for (int i = 0; i < index; i++) {
      start = end(start) + 1;
    }
    return bytes(start, (int) (end(start) - start));
  }

  byte[] bytes(long at, int count) {
    checkSent(at, count);
    byte[] copy = new byte[count];
    MemorySegment.copy(in, ValueLayout.JAVA_BYTE, BODY + at, copy, 0, count);
    return copy;
  }

  private long end(long at) {
    for (long i = at; i < bodyLength(); i++) {
      if (in.get(ValueLayout.JAVA_BYTE, BODY + i) == 0) {
        return i;
      }
    }
    throw new IllegalStateException("the kernel sent a name without its end");
  }

  private void checkSent(long at, int count) {
    Invariant.check(count >= 0 && at + count <= bodyLength(), "the kernel sent a request that is long enough",
        at);
  }

  /** Where the data of a WRITE is, from {@link #PAYLOAD} on. */
  MemorySegment written() {
    return in;
  }

  /** Where the answer to a READ goes, from {@link #PAYLOAD} on. */
  MemorySegment replyBody() {
    return out;
  }

  void set32(long at, int value) {
    out.set(INT, PAYLOAD + at, value);
  }

  void set64(long at, long value) {
    out.set(LONG, PAYLOAD + at, value);
  }

  void setBytes(long at, byte[] value) {
    if (at + value.length > MAX_PAYLOAD_BYTES) {
      throw new FsException(FsError.RANGE);
    }
    MemorySegment.copy(value, 0, out, ValueLayout.JAVA_BYTE, PAYLOAD + at, value.length);
  }

  /** Zeroes {@code count} bytes of the reply body, a multiple of 8. */
  void clear(long at, int count) {
    for (int i = 0; i < count; i += 8) {
      set64(at + i, 0);
    }
  }

  /** One line for logs: what is asked, of what, by whom. */
  @Override
  public String toString() {
    if (length == 0) {
      return "no request";
    }
    Opcode opcode = Opcode.of(opcode());
    return (opcode == null ? "opcode " + opcode() : opcode.name()) + " node=" + node() + " unique=" + unique()
        + " uid="
        + uid() + " pid=" + pid() + " bytes=" + length + extent(opcode);
  }

  private String extent(@Nullable Opcode opcode) {
    boolean io = opcode == Opcode.READ || opcode == Opcode.WRITE || opcode == Opcode.READDIR;
    return io ? " fh=" + u64(FileFrames.IO_HANDLE) + " offset=" + u64(FileFrames.IO_OFFSET) + " size="
        + u32(FileFrames.IO_SIZE) : "";
  }
}
