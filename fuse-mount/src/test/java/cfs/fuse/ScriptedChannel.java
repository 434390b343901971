package cfs.fuse;

import cfs.fuse.wire.Headers;
import cfs.fuse.wire.Opcode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A kernel for tests: requests are put in, replies are taken out. After {@link #unmount} every read says ENODEV. */
final class ScriptedChannel implements Channel {
  /** A reply: error is 0 or -errno. */
  record Reply(int error, long unique, ByteBuffer body) {}

  private final BlockingQueue<Object> requests = new LinkedBlockingQueue<>();
  private final BlockingQueue<Reply> replies = new LinkedBlockingQueue<>();
  private final AtomicLong unique = new AtomicLong();
  final AtomicInteger closed = new AtomicInteger();

  /** A request of 40 bytes header and {@code body}; its unique number. */
  long put(Opcode opcode, long node, ByteBuffer body) {
    return put(opcode.code(), node, body);
  }

  long put(int opcode, long node, ByteBuffer body) {
    ByteBuffer request = buffer(Headers.IN_BYTES + body.remaining());
    long number = unique.incrementAndGet();
    request.putInt(request.capacity()).putInt(opcode).putLong(number).putLong(node).putInt(1000).putInt(100);
    request.putInt(4711).putInt(0).put(body.duplicate());
    requests.add(request.array());
    return number;
  }

  void fail(int errno) {
    requests.add(-errno);
  }

  void unmount() {
    fail(19);
  }

  Reply reply() throws InterruptedException {
    Reply reply = replies.poll(20, TimeUnit.SECONDS);
    if (reply == null) {
      throw new AssertionError("no reply within 20 s");
    }
    return reply;
  }

  Reply ask(Opcode opcode, long node, ByteBuffer body) throws InterruptedException {
    long number = put(opcode, node, body);
    Reply reply = reply();
    if (reply.unique != number) {
      throw new AssertionError("reply to " + reply.unique + " instead of " + number);
    }
    return reply;
  }

  static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
  }

  @Override
  public int receive(MemorySegment to, long offset, int capacity) {
    try {
      Object next = requests.take();
      if (next instanceof Integer error) {
        if (error == UNMOUNTED) {
          requests.add(error);
        }
        return error;
      }
      byte[] request = (byte[]) next;
      MemorySegment.copy(request, 0, to, ValueLayout.JAVA_BYTE, offset, request.length);
      return request.length;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return UNMOUNTED;
    }
  }

  @Override
  public int send(MemorySegment from, long offset, int length) {
    ByteBuffer reply = buffer(length).put(from.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE)).flip();
    int stated = reply.getInt();
    int error = reply.getInt();
    long number = reply.getLong();
    if (stated != length || number != 0 && error > 0) {
      return -22;
    }
    replies.add(new Reply(error, number, reply.slice().order(ByteOrder.nativeOrder())));
    return 0;
  }

  @Override
  public Channel another() {
    return this;
  }

  @Override
  public void close() {
    closed.incrementAndGet();
  }
}
