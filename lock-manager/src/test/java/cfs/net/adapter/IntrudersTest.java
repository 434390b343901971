package cfs.net.adapter;

import static cfs.net.adapter.TestHosts.connect;
import static cfs.net.adapter.TestHosts.delivers;
import static cfs.net.adapter.TestHosts.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import cfs.identity.adapter.ClusterIdentity;
import cfs.identity.adapter.HostIdentity;
import cfs.identity.adapter.TestIdentities;
import cfs.net.adapter.TestHosts.Host;
import cfs.port.Transport;
import io.netty.handler.ssl.JdkSslContext;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whoever is not a host of the cluster gets nothing, and disturbs nobody. */
@Timeout(60)
class IntrudersTest {
  @TempDir
  Path temp;

  private final TestHosts hosts = new TestHosts();
  private ClusterIdentity cluster;
  private Host one;
  private Host two;

  @BeforeEach
  void startHosts() {
    cluster = ClusterIdentity.create(temp.resolve("cluster"), new UUID(1, 1));
    one = hosts.host(cluster, 1);
    two = hosts.host(cluster, 2);
    connect(Map.of(1, one, 2, two));
  }

  @AfterEach
  void othersAreUnaffected() throws Exception {
    assertThat(delivers(one, 2, two, 1, "good")).isTrue();
    assertThat(delivers(two, 1, one, 2, "good")).isTrue();
    hosts.close();
  }

  @Test
  void hostOfAnotherAuthorityGetsNothing() throws Exception {
    ClusterIdentity other = ClusterIdentity.create(temp.resolve("other"), new UUID(1, 1));
    assertGetsNothing(other.issueHost(3));
  }

  @Test
  void expiredHostGetsNothing() throws Exception {
    assertGetsNothing(TestIdentities.expired(cluster, 3));
  }

  @Test
  void nameThatIsNoHostGetsNothing() throws Exception {
    assertGetsNothing(TestIdentities.named(cluster, "cfs-admin", 3));
  }

  @Test
  void hostWithACopyOfMyOwnCertificateGetsNothing() throws Exception {
    SSLSocket copy = hosts.intruder(cluster.issueHost(1), one);
    write(copy, 5, "hello");
    assertClosed(copy);
    assertThat(one.heard).noneMatch(heard -> heard.from() == 1);
  }

  @Test
  void hostAtTheAddressOfAnotherIsSentNothing() throws Exception {
    Host three = hosts.host(cluster, 3);
    one.transport.peers(Map.of(2, two.address(), 4, three.address()));
    long refused = one.transport.counters().refused();
    assertThat(eventually(() -> one.transport.counters().refused() > refused)).isTrue();
    one.send(4, "for four only");
    assertThat(three.transport.counters().received()).isZero();
  }

  @Test
  void plainTcpGetsNothing() throws Exception {
    try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), one.transport.address().getPort())) {
      write(plain, 5, "hello");
      assertClosed(plain);
    }
    assertThat(eventually(() -> one.transport.counters().refused() > 0)).isTrue();
    assertThat(one.heard).noneMatch(heard -> heard.text().equals("hello"));
  }

  @Test
  void olderTlsGetsNothing() throws Exception {
    SSLSocket old = hosts.intruder(cluster.issueHost(3), one);
    old.setEnabledProtocols(new String[] {"TLSv1.2"});
    org.assertj.core.api.Assertions.assertThatThrownBy(old::startHandshake).isInstanceOf(IOException.class);
  }

  @Test
  void clientWithoutCertificateGetsNothing() throws Exception {
    javax.net.ssl.SSLContext anonymous = ((JdkSslContext) io.netty.handler.ssl.SslContextBuilder.forClient()
        .trustManager(io.netty.handler.ssl.util.InsecureTrustManagerFactory.INSTANCE)
        .endpointIdentificationAlgorithm(null).sslProvider(io.netty.handler.ssl.SslProvider.JDK).build()).context();
    try (Socket socket = anonymous.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(),
        one.transport.address().getPort())) {
      assertClosedAfterWrite(socket, 5, "hello");
    }
    assertThat(one.heard).noneMatch(heard -> heard.text().equals("hello"));
  }

  @Test
  void oversizedFrameEndsOnlyItsConnection() throws Exception {
    assertMalformed(Transport.MAX_FRAME_BYTES + 1, "the rest never comes");
  }

  @Test
  void negativeLengthEndsOnlyItsConnection() throws Exception {
    assertMalformed(-5, "x");
  }

  @Test
  void frameThatTheReceiverRefusesEndsOnlyItsConnection() throws Exception {
    assertMalformed(6, "poison");
  }

  @Test
  void truncatedFrameIsNeverDelivered() throws Exception {
    SSLSocket socket = hosts.intruder(cluster.issueHost(3), one);
    write(socket, 100, "ten bytes.");
    socket.close();
    assertThat(delivers(two, 1, one, 2, "later")).isTrue();
    assertThat(one.heard).noneMatch(heard -> heard.from() == 3);
  }

  /** A peer that is proven but answers no probe: its kernel is alive, its daemon is not. */
  @Test
  void silentPeerIsDialledAgain() throws Exception {
    AtomicInteger accepted = new AtomicInteger();
    javax.net.ssl.SSLContext context = ((JdkSslContext) cluster.issueHost(3).serverContext()).context();
    try (SSLServerSocket silent = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 5,
        InetAddress.getLoopbackAddress())) {
      silent.setNeedClientAuth(true);
      Thread.ofPlatform().daemon().start(() -> acceptSilently(silent, accepted));
      one.transport.peers(Map.of(2, two.address(), 3, "127.0.0.1:" + silent.getLocalPort()));
      assertThat(eventually(() -> accepted.get() >= 2)).isTrue();
    }
    one.transport.peers(Map.of(2, two.address()));
  }

  private static void acceptSilently(SSLServerSocket server, AtomicInteger accepted) {
    try {
      while (true) {
        SSLSocket socket = (SSLSocket) server.accept();
        socket.startHandshake();
        accepted.incrementAndGet();
      }
    } catch (IOException e) {
      // The test closed the server socket.
    }
  }

  private void assertGetsNothing(HostIdentity identity) throws Exception {
    // As a client that dials a host ...
    SSLSocket client = hosts.intruder(identity, one);
    assertClosedAfterWrite(client, 5, "hello");
    // ... and as a whole transport, in both directions.
    Host intruder = hosts.host(identity);
    intruder.transport.peers(Map.of(1, one.address(), 2, two.address()));
    one.transport.peers(Map.of(2, two.address(), 3, intruder.address()));
    assertThat(eventually(() -> {
      intruder.send(1, "let me in");
      one.send(3, "secret");
      return one.transport.counters().refused() >= 3 && intruder.transport.counters().lost() >= 3;
    })).isTrue();
    assertThat(intruder.transport.counters().connected()).isZero();
    assertThat(intruder.heard).isEmpty();
    assertThat(one.heard).noneMatch(heard -> heard.text().equals("let me in") || heard.text().equals("hello"));
    one.transport.peers(Map.of(2, two.address()));
  }

  private void assertMalformed(int length, String content) throws Exception {
    SSLSocket socket = hosts.intruder(cluster.issueHost(3), one);
    long before = one.transport.counters().malformed();
    write(socket, length, content);
    assertClosed(socket);
    assertThat(one.transport.counters().malformed()).isEqualTo(before + 1);
    assertThat(one.heard).noneMatch(heard -> heard.from() == 3);
  }

  private static void write(Socket socket, int length, String content) throws IOException {
    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
    out.writeInt(length);
    out.writeBytes(content);
    out.flush();
  }

  /** In TLS 1.3 the client may write before the server has judged its certificate; then the write or the read fails. */
  private static void assertClosedAfterWrite(Socket socket, int length, String content) throws IOException {
    try {
      write(socket, length, content);
    } catch (SSLException | SocketException refused) {
      return;
    }
    assertClosed(socket);
  }

  private static void assertClosed(Socket socket) throws IOException {
    socket.setSoTimeout(20_000);
    try {
      int read = socket.getInputStream().read();
      // A plain client may be sent a TLS alert (type 21) before the end.
      assertThat(read).isIn(-1, 21);
    } catch (SSLException | SocketException refused) {
      assertThat(refused).isNotInstanceOf(java.net.SocketTimeoutException.class);
    }
  }
}
