package cfs.wire;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one host sends another in one go: a header of 24 bytes and at least one message.
 *
 * <pre>
 *  0  4  magic "CFSL"
 *  4  2  version, 1
 *  6  2  message count
 *  8  8  view epoch of the sender
 * 16  8  incarnation of the sender
 * 24     messages
 * </pre>
 *
 * @param epoch messages of another epoch than the receiver's are dropped; this is what makes stale grants harmless
 * @param incarnation tells a restarted host from its predecessor
 */
public record Frame(long epoch, long incarnation, List<LockMessage> messages) {
  /** Well below the transport's limit, so that a frame never holds up others for long. */
  public static final int MAX_BYTES = 64 << 10;

  private static final int MAGIC = 'C' | 'F' << 8 | 'S' << 16 | 'L' << 24;
  private static final short VERSION = 1;
  private static final int HEADER_BYTES = 24;

  /**
   * Encodes messages of {@code from} on from index {@code first}, as many as fit.
   *
   * @return index of the first message that did not fit; the buffer is flipped for sending
   */
  public static int encode(ByteBuffer out, long epoch, long incarnation, List<LockMessage> from, int first) {
    out.clear().order(ByteOrder.LITTLE_ENDIAN);
    out.position(HEADER_BYTES);
    int next = first;
    while (next < from.size() && from.get(next).sizeBytes() <= out.remaining()) {
      from.get(next++).write(out);
    }
    out.putInt(0, MAGIC).putShort(4, VERSION).putShort(6, (short) (next - first)).putLong(8, epoch)
        .putLong(16, incarnation);
    out.flip();
    return next;
  }

  /** The frame in {@code in}, or null when it is malformed or of an unknown version: the sender's repeats say it again. */
  public static @Nullable Frame decode(ByteBuffer in) {
    ByteBuffer frame = in.slice().order(ByteOrder.LITTLE_ENDIAN);
    if (frame.remaining() < HEADER_BYTES || frame.getInt() != MAGIC || frame.getShort() != VERSION) {
      return null;
    }
    int count = Short.toUnsignedInt(frame.getShort());
    long epoch = frame.getLong();
    long incarnation = frame.getLong();
    List<LockMessage> messages = new ArrayList<>(Math.min(count, frame.remaining()));
    try {
      for (int i = 0; i < count; i++) {
        messages.add(LockMessage.read(frame));
      }
    } catch (BufferUnderflowException | IllegalArgumentException malformed) {
      return null;
    }
    return frame.hasRemaining() ? null : new Frame(epoch, incarnation, messages);
  }
}
