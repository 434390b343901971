package cfs.net.adapter;

import cfs.identity.adapter.HostName;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateHandler;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.OptionalInt;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * What every connection is made of: TLS, then frames of a 4-byte big-endian length and that many bytes. Length 0 is a
 * probe: the dialler sends it, the acceptor returns it.
 */
final class Pipeline {
  static final int HEADER_BYTES = 4;

  private Pipeline() {}

  /** @param maxFrameBytes longest frame that this side accepts; a longer one ends the connection unread */
  static void build(Channel channel, SslContext context, Executor handshakes, int maxFrameBytes,
      NetLimits limits,
      ChannelHandler last) {
    SslHandler tls = context.newHandler(channel.alloc(), handshakes);
    tls.setHandshakeTimeout(limits.handshakeNanos(), TimeUnit.NANOSECONDS);
    tls.setCloseNotifyFlushTimeout(100, TimeUnit.MILLISECONDS);
    channel.pipeline().addLast(tls,
        new IdleStateHandler(limits.silenceNanos(), 0, 0, TimeUnit.NANOSECONDS),
        new LengthFieldBasedFrameDecoder(maxFrameBytes + HEADER_BYTES, 0, HEADER_BYTES, 0, HEADER_BYTES),
        last);
  }

  /** The host id that the peer's certificate proves; empty when it proves none. Call after the handshake only. */
  static OptionalInt provenHost(Channel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      return OptionalInt.empty();
    }
    try {
      Certificate[] chain = tls.engine().getSession().getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate certificate
          ? HostName.hostId(certificate)
          : OptionalInt.empty();
    } catch (SSLPeerUnverifiedException e) {
      return OptionalInt.empty();
    }
  }
}
