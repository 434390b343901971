package cfs.net.adapter;

import cfs.port.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.timeout.IdleStateEvent;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An accepted connection: only receives, and returns probes. Nothing reaches the receiver before the peer proved to be a
 * host of this cluster other than this one.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes its channel, and closing is listened to
final class Inbound extends SimpleChannelInboundHandler<ByteBuf> {
  private static final Logger LOG = LoggerFactory.getLogger(Inbound.class);
  private static final int UNPROVEN = -1;

  private final int self;
  private final Transport.Receiver receiver;
  private final Acceptor acceptor;
  private final NetCounters counters;
  /** Event loop only. */
  private int fromHost = UNPROVEN;

  Inbound(int self, Transport.Receiver receiver, Acceptor acceptor, NetCounters counters) {
    this.self = self;
    this.receiver = receiver;
    this.acceptor = acceptor;
    this.counters = counters;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      OptionalInt host = handshake.isSuccess() ? Pipeline.provenHost(context.channel()) : OptionalInt.empty();
      if (host.isPresent() && host.getAsInt() != self) {
        fromHost = host.getAsInt();
        acceptor.proven(fromHost, context.channel());
      } else {
        counters.refused.increment();
        LOG.warn("refused a connection from {}: {}", context.channel().remoteAddress(),
            reason(handshake, host));
        context.close();
      }
    } else if (event instanceof IdleStateEvent) {
      context.close();
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
    if (fromHost == UNPROVEN) {
      context.close();
    } else if (frame.isReadable()) {
      counters.received.increment();
      receiver.onFrame(fromHost, frame.nioBuffer());
    } else {
      context.writeAndFlush(context.alloc().buffer(Pipeline.HEADER_BYTES).writeInt(0));
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    acceptor.gone(fromHost, context.channel());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (fromHost == UNPROVEN) {
      LOG.debug("handshake of {} failed", context.channel().remoteAddress(), cause);
    } else if (cause instanceof DecoderException || cause instanceof RuntimeException) {
      counters.malformed.increment();
      LOG.warn("closed the connection of host {}, which sent something wrong: {}", fromHost,
          cause.toString());
    } else {
      LOG.debug("the connection of host {} ended", fromHost, cause);
    }
    context.close();
  }

  private String reason(SslHandshakeCompletionEvent handshake, OptionalInt host) {
    if (!handshake.isSuccess()) {
      return String.valueOf(handshake.cause().getMessage());
    }
    return host.isPresent() ? "it uses the certificate of this host" : "its certificate names no host";
  }
}
