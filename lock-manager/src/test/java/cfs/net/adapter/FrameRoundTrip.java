package cfs.net.adapter;

import cfs.identity.adapter.ClusterIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Prints what a frame costs between two transports of this process: the round trip of a 100-byte frame over mutual TLS on
 * the loopback interface, and the time {@code send} takes. Run by hand; arguments: round trips, frame bytes.
 */
public final class FrameRoundTrip {
  private FrameRoundTrip() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    int trips = args.length > 0 ? Integer.parseInt(args[0]) : 50_000;
    int bytes = args.length > 1 ? Integer.parseInt(args[1]) : 100;
    ClusterIdentity cluster = ClusterIdentity.create(Files.createTempDirectory("cfs-round-trip"),
        new UUID(1, 1));
    Semaphore back = new Semaphore(0);
    try (
        NettyTransport one = new NettyTransport(cluster.issueHost(1), TestHosts.loopback(0),
            NetLimits.DEFAULT);
        NettyTransport two = new NettyTransport(cluster.issueHost(2), TestHosts.loopback(0),
            NetLimits.DEFAULT)) {
      one.start((from, frame) -> back.release());
      two.start(two::send);
      Map<Integer, String> addresses = Map.of(1, "127.0.0.1:" + one.address().getPort(), 2,
          "127.0.0.1:" + two.address().getPort());
      one.peers(addresses);
      two.peers(addresses);
      ByteBuffer frame = ByteBuffer.allocate(bytes);
      do {
        one.send(2, frame);
      } while (!back.tryAcquire(100, TimeUnit.MILLISECONDS));
      for (int round = 1; round <= 3; round++) {
        measure(one, frame, back, trips, round);
      }
    }
  }

  private static void measure(NettyTransport one, ByteBuffer frame, Semaphore back, int trips, int round)
      throws InterruptedException {
    // Echoes of frames that were sent twice while connecting must not count as answers.
    while (back.tryAcquire(500, TimeUnit.MILLISECONDS)) {
      back.drainPermits();
    }
    long[] trip = new long[trips];
    long[] send = new long[trips];
    int lost = 0;
    for (int i = 0; i < trips; i++) {
      long start = System.nanoTime();
      one.send(2, frame);
      send[i] = System.nanoTime() - start;
      if (!back.tryAcquire(1, TimeUnit.SECONDS)) {
        lost++;
      }
      trip[i] = System.nanoTime() - start;
    }
    Arrays.sort(trip);
    Arrays.sort(send);
    System.out.printf(
        "round %d: %d bytes, round trip p50 %.1f us, p99 %.1f us; send p50 %.2f us, p99 %.2f us; lost %d%n",
        round, frame.remaining(), trip[trips / 2] / 1e3, trip[trips * 99 / 100] / 1e3, send[trips / 2] / 1e3,
        send[trips * 99 / 100] / 1e3, lost);
  }
}
