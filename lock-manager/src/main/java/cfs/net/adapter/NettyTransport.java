package cfs.net.adapter;

import cfs.error.Invariant;
import cfs.identity.adapter.HostIdentity;
import cfs.port.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Frames between hosts over mutual TLS 1.3.
 *
 * <p>Every host sends on the connection that it dialled itself and only receives on those it accepted, so a pair of hosts
 * has two connections. One would do, but then both may dial at once and must agree on which survives, and a frame sent in
 * that moment can go down with the loser; with two there is nothing to agree on, each direction fails alone, and the price
 * is one more handshake per pair.
 *
 * <p>Who may speak: whoever proves, by a certificate of this cluster's authority, to be a host. Whether that host is a
 * member is not known here; protocols carry the epoch.
 */
public final class NettyTransport implements Transport {
  /** Two event loops keep one peer's cipher work from delaying the others on small machines. */
  private static final int EVENT_LOOPS = 2;

  private final HostIdentity identity;
  private final InetSocketAddress bindAddress;
  private final NetLimits limits;
  private final NetCounters counters = new NetCounters();
  private final SslContext dialling;
  private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(EVENT_LOOPS,
      new DefaultThreadFactory("cfs-net", true), NioIoHandler.newFactory());
  private final Bootstrap template = new Bootstrap().channel(NioSocketChannel.class)
      .option(ChannelOption.TCP_NODELAY, true);
  private final ThreadPoolExecutor handshakes;
  private final Map<Integer, Link> links = new ConcurrentHashMap<>();
  private volatile @Nullable Acceptor acceptor;
  private volatile boolean closed;

  /** @param bindAddress where to listen; port 0 takes a free one, see {@link #address()} */
  public NettyTransport(HostIdentity identity, InetSocketAddress bindAddress, NetLimits limits) {
    this.identity = identity;
    this.bindAddress = bindAddress;
    this.limits = limits;
    this.dialling = identity.clientContext();
    template.option(ChannelOption.CONNECT_TIMEOUT_MILLIS,
        (int) TimeUnit.NANOSECONDS.toMillis(limits.silenceNanos()));
    // Signatures take milliseconds; on an event loop, one reboot of 100 hosts would stop the lock traffic of the rest.
    this.handshakes = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(limits.inboundConnections() * 4),
        new DefaultThreadFactory("cfs-tls", true));
    handshakes.allowCoreThreadTimeOut(true);
  }

  /** Listens. Throws {@link NetException} when the address cannot be had. */
  @Override
  public void start(Receiver receiver) {
    Invariant.check(acceptor == null && !closed, "a transport starts once");
    SslContext accepting = identity.serverContext();
    acceptor = new Acceptor("host " + identity.hostId(), bindAddress, group, NioServerSocketChannel.class,
        limits.inboundConnections(), counters,
        (channel, owner) -> Pipeline.build(channel, accepting, handshakes, MAX_FRAME_BYTES, limits,
            new Inbound(identity.hostId(), receiver, owner, counters)));
  }

  /** Where this host listens, with the port that it got. */
  public InetSocketAddress address() {
    return Objects.requireNonNull(acceptor, "the transport is started").address();
  }

  public NetCounters counters() {
    return counters;
  }

  /** Addresses are numeric, or names that resolve at once: names are looked up on this thread. This host is left out. */
  @Override
  public synchronized void peers(Map<Integer, String> addresses) {
    Invariant.check(!closed, "the transport is open");
    Map<Integer, InetSocketAddress> wanted = new HashMap<>();
    addresses.forEach((host, address) -> {
      if (host != identity.hostId()) {
        wanted.put(host, parse(host, address));
      }
    });
    links.forEach((host, link) -> {
      if (!link.address().equals(wanted.get(host))) {
        links.remove(host);
        link.close();
      }
    });
    Acceptor listening = acceptor;
    if (listening != null) {
      listening.close(host -> !wanted.containsKey(host));
    }
    wanted.forEach((host, address) -> links.computeIfAbsent(host,
        absent -> new Link(host, address, group.next(),
            template, limits, counters,
            (channel, last) -> Pipeline.build(channel, dialling, handshakes, Link.maxAnswerBytes(), limits,
                last))));
  }

  @Override
  public void send(int toHost, ByteBuffer frame) {
    Invariant.check(frame.hasRemaining() && frame.remaining() <= MAX_FRAME_BYTES,
        "a frame has 1 byte to 1 MiB",
        frame.remaining());
    Link link = links.get(toHost);
    if (link == null) {
      counters.droppedUnreachable.increment();
    } else {
      link.send(frame);
    }
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    Acceptor listening = acceptor;
    if (listening != null) {
      listening.close();
    }
    links.values().forEach(Link::close);
    links.clear();
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    handshakes.shutdown();
  }

  private static InetSocketAddress parse(int host, String address) {
    try {
      URI uri = URI.create("cfs://" + address);
      if (uri.getHost() == null || uri.getPort() < 1 || uri.getPort() > 65535) {
        throw new IllegalArgumentException("no host or port");
      }
      return new InetSocketAddress(uri.getHost(), uri.getPort());
    } catch (IllegalArgumentException e) {
      throw NetException.badAddress(host, address, e);
    }
  }
}
