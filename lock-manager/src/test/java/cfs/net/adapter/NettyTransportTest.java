package cfs.net.adapter;

import static cfs.net.adapter.TestHosts.connect;
import static cfs.net.adapter.TestHosts.delivers;
import static cfs.net.adapter.TestHosts.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cfs.error.FsError;
import cfs.identity.adapter.ClusterIdentity;
import cfs.net.adapter.TestHosts.Heard;
import cfs.net.adapter.TestHosts.Host;
import cfs.port.Transport;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class NettyTransportTest {
  @TempDir
  Path temp;

  private final TestHosts hosts = new TestHosts();
  private ClusterIdentity cluster;

  @BeforeEach
  void createCluster() {
    cluster = ClusterIdentity.create(temp, new UUID(1, 1));
  }

  @AfterEach
  void closeHosts() throws Exception {
    hosts.close();
  }

  @Test
  void framesArriveWithTheProvenSender() throws Exception {
    Host one = hosts.host(cluster, 1);
    Host two = hosts.host(cluster, 2);
    Host three = hosts.host(cluster, 3);
    connect(Map.of(1, one, 2, two, 3, three));
    assertThat(delivers(one, 2, two, 1, "to two")).isTrue();
    assertThat(delivers(three, 2, two, 3, "to two")).isTrue();
    assertThat(delivers(two, 1, one, 2, "back")).isTrue();
  }

  @Test
  void framesOfOneConnectionKeepOrderAndContentUpToTheLargest() throws Exception {
    Host one = hosts.host(cluster, 1);
    Host two = hosts.host(cluster, 2);
    connect(Map.of(1, one, 2, two));
    assertThat(delivers(one, 2, two, 1, "hello")).isTrue();
    String largest = "x".repeat(Transport.MAX_FRAME_BYTES - 64);
    for (int size : new int[] {1, 2, 1000, 16_384, 70_000}) {
      one.send(2, "y".repeat(size));
    }
    for (int size : new int[] {1, 2, 1000, 16_384, 70_000}) {
      assertThat(next(two)).isEqualTo(new Heard(1, "y".repeat(size)));
    }
    one.send(2, largest);
    assertThat(next(two)).isEqualTo(new Heard(1, largest));
  }

  @Test
  void frameBeyondTheLimitIsABugOfTheSender() {
    Host one = hosts.host(cluster, 1);
    assertThatThrownBy(() -> one.transport.send(2, ByteBuffer.allocate(Transport.MAX_FRAME_BYTES + 1)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> one.transport.send(2, ByteBuffer.allocate(0))).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void sendLeavesTheCallersBufferAlone() throws Exception {
    Host one = hosts.host(cluster, 1);
    Host two = hosts.host(cluster, 2);
    connect(Map.of(1, one, 2, two));
    assertThat(delivers(one, 2, two, 1, "hello")).isTrue();
    ByteBuffer frame = ByteBuffer.wrap(new byte[] {'a', 'b', 'c'}, 1, 1);
    one.transport.send(2, frame);
    frame.put(1, (byte) 'z');
    assertThat(frame.position()).isEqualTo(1);
    assertThat(next(two)).isEqualTo(new Heard(1, "b"));
  }

  @Test
  void hostIsFoundAgainAfterItWasKilled() throws Exception {
    Host one = hosts.host(cluster, 1);
    Host two = hosts.host(cluster, 2);
    connect(Map.of(1, one, 2, two));
    assertThat(delivers(one, 2, two, 1, "before")).isTrue();
    int port = two.transport.address().getPort();
    two.close();
    assertThat(eventually(() -> one.transport.counters().lost() > 0)).isTrue();
    Host again = hosts.host(cluster.issueHost(2), port);
    assertThat(delivers(one, 2, again, 1, "after")).isTrue();
  }

  @Test
  void hostThatStartsLaterIsFound() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket()) {
      free.bind(TestHosts.loopback(0));
      port = free.getLocalPort();
    }
    Host one = hosts.host(cluster, 1);
    one.transport.peers(Map.of(2, "127.0.0.1:" + port));
    one.send(2, "lost");
    assertThat(eventually(() -> one.transport.counters().lost() > 2)).isTrue();
    assertThat(delivers(one, 2, hosts.host(cluster.issueHost(2), port), 1, "found")).isTrue();
  }

  @Test
  void hostThatLeftIsNotSpokenTo() throws Exception {
    Host one = hosts.host(cluster, 1);
    Host two = hosts.host(cluster, 2);
    connect(Map.of(1, one, 2, two));
    assertThat(delivers(one, 2, two, 1, "member")).isTrue();
    one.transport.peers(Map.of());
    long dropped = one.transport.counters().droppedUnreachable();
    one.send(2, "left");
    assertThat(one.transport.counters().droppedUnreachable()).isEqualTo(dropped + 1);
    connect(Map.of(1, one, 2, two));
    assertThat(delivers(one, 2, two, 1, "joined again")).isTrue();
  }

  @Test
  void takenPortIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket()) {
      taken.bind(TestHosts.loopback(0));
      assertThatThrownBy(() -> hosts.host(cluster.issueHost(1), taken.getLocalPort()))
          .isInstanceOfSatisfying(NetException.class, e -> assertThat(e.error()).isEqualTo(FsError.BUSY))
          .hasMessageContaining("host 1 cannot listen on")
          .hasMessageContaining(":" + taken.getLocalPort() + ": the port is in use");
    }
  }

  @Test
  void badAddressIsNamed() {
    Host one = hosts.host(cluster, 1);
    assertThatThrownBy(() -> one.transport.peers(Map.of(2, "nowhere"))).isInstanceOf(NetException.class)
        .hasMessage("the address of host 2 must be \"host:port\", not \"nowhere\"");
  }

  @Test
  void fullQueueDropsAndNeverBlocks() throws Exception {
    Host one = hosts.host(cluster, 1);
    Host two = hosts.host(cluster, 2);
    connect(Map.of(1, one, 2, two));
    assertThat(delivers(one, 2, two, 1, "hello")).isTrue();
    ByteBuffer frame = ByteBuffer.allocate(Transport.MAX_FRAME_BYTES / 2);
    // The queue takes two of these; cipher and socket cannot take 200 in the time it takes to copy them.
    for (int i = 0; i < 200; i++) {
      one.transport.send(2, frame);
    }
    assertThat(one.transport.counters().droppedFull()).isPositive();
    assertThat(delivers(one, 2, two, 1, "still alive")).isTrue();
  }

  private static Heard next(Host host) throws InterruptedException {
    Heard next = host.heard.poll(20, TimeUnit.SECONDS);
    while (next != null && next.text().equals("hello")) {
      next = host.heard.poll(20, TimeUnit.SECONDS);
    }
    return next;
  }
}
