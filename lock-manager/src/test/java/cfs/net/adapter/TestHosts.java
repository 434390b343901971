package cfs.net.adapter;

import cfs.identity.adapter.ClusterIdentity;
import cfs.identity.adapter.HostIdentity;
import io.netty.handler.ssl.JdkSslContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** Hosts on the loopback interface that write down what they receive. */
final class TestHosts implements AutoCloseable {
  /** Short silence, so that a test sees it. */
  static final NetLimits LIMITS = new NetLimits(1 << 20, 64, TimeUnit.SECONDS.toNanos(5),
      TimeUnit.MILLISECONDS.toNanos(100), TimeUnit.MILLISECONDS.toNanos(800), TimeUnit.MILLISECONDS.toNanos(10),
      TimeUnit.MILLISECONDS.toNanos(200));
  private static final long PATIENCE_SECONDS = 20;

  private final List<AutoCloseable> open = new ArrayList<>();

  /** A frame as a host received it. */
  record Heard(int from, String text) {}

  /** A running host. */
  static final class Host implements AutoCloseable {
    final NettyTransport transport;
    final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();

    Host(HostIdentity identity, InetSocketAddress address) {
      transport = new NettyTransport(identity, address, LIMITS);
      transport.start((from, frame) -> {
        String text = StandardCharsets.US_ASCII.decode(frame).toString();
        if (text.startsWith("poison")) {
          throw new IllegalArgumentException("malformed");
        }
        heard.add(new Heard(from, text));
      });
    }

    String address() {
      return "127.0.0.1:" + transport.address().getPort();
    }

    void send(int to, String text) {
      transport.send(to, ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    }

    @Override
    public void close() {
      transport.close();
    }
  }

  Host host(HostIdentity identity) {
    return host(identity, 0);
  }

  Host host(HostIdentity identity, int port) {
    Host host = new Host(identity, loopback(port));
    open.add(host);
    return host;
  }

  Host host(ClusterIdentity cluster, int id) {
    return host(cluster.issueHost(id));
  }

  /** A TLS client with the identity of a host and no manners. */
  SSLSocket intruder(HostIdentity identity, Host target) throws IOException {
    SSLContext context = ((JdkSslContext) identity.clientContext()).context();
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(),
        target.transport.address().getPort());
    open.add(socket);
    return socket;
  }

  static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  static void connect(Map<Integer, Host> hosts) {
    Map<Integer, String> addresses = new java.util.TreeMap<>();
    hosts.forEach((id, host) -> addresses.put(id, host.address()));
    hosts.values().forEach(host -> host.transport.peers(addresses));
  }

  /** Repeats, as protocols do, until the frame is heard; false when it never is. */
  static boolean delivers(Host from, int to, Host target, int fromId, String text) throws InterruptedException {
    Heard wanted = new Heard(fromId, text);
    for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS); System.nanoTime() < end;) {
      from.send(to, text);
      for (Heard next = target.heard.poll(20, TimeUnit.MILLISECONDS); next != null; next = target.heard.poll()) {
        if (next.equals(wanted)) {
          return true;
        }
      }
    }
    return false;
  }

  static boolean eventually(BooleanSupplier condition) throws InterruptedException {
    for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS); System.nanoTime() < end;) {
      if (condition.getAsBoolean()) {
        return true;
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
    return false;
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }
}
