package cfs.net.adapter;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.timeout.IdleStateEvent;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The outgoing connection to one peer, dialled again for ever (with back-off) until closed. Frames queue while it is
 * connecting or congested and are dropped while it waits to dial again.
 *
 * <p>Invariants: {@code queuedBytes} is the sum over the queue; all fields except the queue, its counter and {@code state}
 * belong to the event loop; after CLOSED nothing stays queued.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes its channel, and closing is listened to
final class Link {
  private enum State {
    WAITING,
    CONNECTING,
    UP,
    CLOSED
  }

  private static final Logger LOG = LoggerFactory.getLogger(Link.class);
  /** What a queued frame costs beside its bytes, so that a million tiny frames count too. */
  private static final int OVERHEAD_BYTES = 64;
  /** The acceptor only returns probes; anything longer than this is not one of ours. */
  private static final int MAX_ANSWER_BYTES = 16;

  private final int peer;
  private final InetSocketAddress address;
  private final EventLoop loop;
  private final Bootstrap bootstrap;
  private final NetLimits limits;
  private final NetCounters counters;
  private final Queue<ByteBuf> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger queuedBytes = new AtomicInteger();
  private final AtomicBoolean draining = new AtomicBoolean();
  private final Runnable drain = this::drain;
  private volatile State state = State.WAITING;
  private @Nullable Channel channel;
  private long backoffNanos;

  /** @param setUp puts TLS and framing, then the given handler, into a new channel; see {@link Pipeline#build} */
  Link(int peer, InetSocketAddress address, EventLoop loop, Bootstrap template, NetLimits limits,
      NetCounters counters, BiConsumer<Channel, Handler> setUp) {
    this.peer = peer;
    this.address = address;
    this.loop = loop;
    this.limits = limits;
    this.counters = counters;
    this.backoffNanos = limits.backoffMinNanos();
    this.bootstrap = template.clone(loop).handler(new ChannelInitializer<Channel>() {
      @Override
      protected void initChannel(Channel fresh) {
        setUp.accept(fresh, new Handler());
      }
    });
    loop.execute(this::dial);
  }

  static int maxAnswerBytes() {
    return MAX_ANSWER_BYTES;
  }

  InetSocketAddress address() {
    return address;
  }

  /** From any thread; copies the frame, never blocks. */
  void send(ByteBuffer frame) {
    State now = state;
    if (now == State.WAITING || now == State.CLOSED) {
      counters.droppedUnreachable.increment();
      return;
    }
    int length = frame.remaining();
    int cost = length + OVERHEAD_BYTES;
    if (queuedBytes.addAndGet(cost) > limits.queueBytes()) {
      queuedBytes.addAndGet(-cost);
      counters.droppedFull.increment();
      return;
    }
    // On the heap: the JDK's cipher works on arrays and would copy from native memory first.
    queue.add(ByteBufAllocator.DEFAULT.heapBuffer(Pipeline.HEADER_BYTES + length).writeInt(length)
        .writeBytes(frame.duplicate()));
    if (now == State.UP) {
      wake();
    }
    if (state == State.CLOSED) {
      discardQueue();
    }
  }

  void close() {
    loop.execute(() -> {
      state = State.CLOSED;
      Channel open = channel;
      if (open != null) {
        open.close();
      }
      discardQueue();
    });
  }

  private void wake() {
    if (draining.compareAndSet(false, true)) {
      loop.execute(drain);
    }
  }

  /** Writes what is queued and flushes once, so that frames sent together share TLS records and system calls. */
  private void drain() {
    draining.set(false);
    Channel open = channel;
    if (open == null || state != State.UP) {
      return;
    }
    int written = 0;
    while (open.isWritable()) {
      ByteBuf frame = queue.poll();
      if (frame == null) {
        break;
      }
      queuedBytes.addAndGet(-(frame.readableBytes() - Pipeline.HEADER_BYTES + OVERHEAD_BYTES));
      open.write(frame);
      written++;
    }
    if (written > 0) {
      counters.sent.add(written);
      open.flush();
    }
  }

  private void discardQueue() {
    for (ByteBuf frame = queue.poll(); frame != null; frame = queue.poll()) {
      queuedBytes.addAndGet(-(frame.readableBytes() - Pipeline.HEADER_BYTES + OVERHEAD_BYTES));
      frame.release();
      counters.droppedUnreachable.increment();
    }
  }

  private void dial() {
    if (state != State.WAITING) {
      return;
    }
    state = State.CONNECTING;
    ChannelFuture dialled = bootstrap.connect(address);
    Channel fresh = dialled.channel();
    channel = fresh;
    // A channel that could not even be made (no file descriptors) never closes, hence both.
    fresh.closeFuture().addListener(closed -> loop.execute(() -> lost(fresh)));
    dialled.addListener(done -> {
      if (!done.isSuccess()) {
        loop.execute(() -> lost(fresh));
      }
    });
  }

  private void lost(Channel attempt) {
    if (!attempt.equals(channel)) {
      return;
    }
    channel = null;
    counters.lost.increment();
    if (state == State.CLOSED) {
      return;
    }
    if (state == State.UP) {
      LOG.info("lost the connection to host {} at {}", peer, address);
    }
    state = State.WAITING;
    discardQueue();
    long jitter = ThreadLocalRandom.current().nextLong(backoffNanos / 4 + 1);
    loop.schedule(this::dial, backoffNanos + jitter, TimeUnit.NANOSECONDS);
    backoffNanos = Math.min(backoffNanos * 2, limits.backoffMaxNanos());
  }

  /** Reads the probes' answers and learns when the connection may be used. */
  final class Handler extends SimpleChannelInboundHandler<ByteBuf> {
    private @Nullable ScheduledFuture<?> probes;
    private boolean accepted;

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof SslHandshakeCompletionEvent handshake) {
        shookHands(context, handshake);
      } else if (event instanceof IdleStateEvent) {
        LOG.info("host {} at {} is silent", peer, address);
        context.close();
      }
    }

    private void shookHands(ChannelHandlerContext context, SslHandshakeCompletionEvent handshake) {
      OptionalInt host = handshake.isSuccess() ? Pipeline.provenHost(context.channel()) : OptionalInt.empty();
      if (host.isEmpty() || host.getAsInt() != peer) {
        counters.refused.increment();
        LOG.warn("{} does not prove to be host {}: {}", address, peer,
            handshake.isSuccess() ? "its certificate names " + host : handshake.cause().getMessage());
        context.close();
      } else if (state == State.CONNECTING) {
        state = State.UP;
        probe(context);
        probes = context.executor().scheduleAtFixedRate(() -> probe(context), limits.pingNanos(),
            limits.pingNanos(), TimeUnit.NANOSECONDS);
        drain();
      }
    }

    private void probe(ChannelHandlerContext context) {
      context.writeAndFlush(context.alloc().heapBuffer(Pipeline.HEADER_BYTES).writeInt(0));
    }

    /**
     * The first answer proves that the peer accepted us as well: in TLS 1.3 the dialler's handshake ends before the
     * acceptor has judged its certificate. Only then is the back-off forgotten, else two hosts could dial in a hot loop.
     */
    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
      if (frame.isReadable()) {
        counters.malformed.increment();
        context.close();
      } else if (!accepted) {
        accepted = true;
        counters.connected.increment();
        LOG.info("connected to host {} at {}", peer, address);
        backoffNanos = limits.backoffMinNanos();
      }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      if (context.channel().isWritable()) {
        drain();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (probes != null) {
        probes.cancel(false);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      LOG.debug("the connection to host {} failed", peer, cause);
      context.close();
    }
  }
}
