package cfs.net.adapter;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.IntPredicate;

/** The listening socket and the connections accepted from it: at most one of each proven host, the newest. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes its channel, and closing is listened to
final class Acceptor {
  private final AtomicInteger open = new AtomicInteger();
  private final Map<Integer, Channel> byHost = new ConcurrentHashMap<>();
  private final Channel listening;

  /** Binds at once. @param setUp puts the handlers into an accepted channel */
  Acceptor(String what, InetSocketAddress address, EventLoopGroup group, Class<? extends ServerChannel> kind,
      int maxConnections, NetCounters counters, BiConsumer<Channel, Acceptor> setUp) {
    ServerBootstrap bootstrap = new ServerBootstrap().group(group).channel(kind)
        .option(ChannelOption.SO_REUSEADDR, true).option(ChannelOption.SO_BACKLOG, 512)
        .childOption(ChannelOption.TCP_NODELAY, true).childHandler(new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.closeFuture().addListener(closed -> open.decrementAndGet());
            if (open.incrementAndGet() > maxConnections) {
              counters.refused.increment();
              channel.close();
            } else {
              setUp.accept(channel, Acceptor.this);
            }
          }
        });
    ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw NetException.cannotListen(what, address,
          bound.cause() instanceof IOException io ? io : new IOException(bound.cause()));
    }
    listening = bound.channel();
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listening.localAddress();
  }

  /** A host that connects again has lost the older connection, whether this side noticed or not. */
  void proven(int host, Channel channel) {
    Channel older = byHost.put(host, channel);
    if (older != null) {
      older.close();
    }
  }

  void gone(int host, Channel channel) {
    byHost.remove(host, channel);
  }

  /** Closes the connections of hosts that {@code leave} names. */
  void close(IntPredicate leave) {
    byHost.forEach((host, channel) -> {
      if (leave.test(host)) {
        channel.close();
      }
    });
  }

  void close() {
    listening.close().awaitUninterruptibly();
    close(host -> true);
  }
}
