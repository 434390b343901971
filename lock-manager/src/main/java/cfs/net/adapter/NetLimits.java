package cfs.net.adapter;

import cfs.error.Invariant;
import java.util.concurrent.TimeUnit;

/**
 * Bounds of the transport.
 *
 * @param queueBytes frames that wait for one peer, each counted with 64 bytes of overhead; more are dropped
 * @param inboundConnections accepted connections, proven or not; more are closed at once
 * @param handshakeNanos longest TLS handshake
 * @param pingNanos time between two probes of a connection
 * @param silenceNanos a connection without an answer for this long is closed and dialled again. Without this, TCP would
 *     retry into a healed partition only after its own back-off, up to two minutes
 * @param backoffMinNanos wait before the second attempt to connect; doubles up to {@code backoffMaxNanos}
 */
public record NetLimits(int queueBytes, int inboundConnections, long handshakeNanos, long pingNanos,
    long silenceNanos,
    long backoffMinNanos, long backoffMaxNanos) {
  /** For hosts in one data centre. */
  public static final NetLimits DEFAULT = new NetLimits(8 << 20, 2048, TimeUnit.SECONDS.toNanos(5),
      TimeUnit.MILLISECONDS.toNanos(500), TimeUnit.SECONDS.toNanos(2), TimeUnit.MILLISECONDS.toNanos(20),
      TimeUnit.SECONDS.toNanos(1));

  public NetLimits {
    Invariant.check(queueBytes > 0 && inboundConnections > 0, "bounds are positive");
    Invariant.check(pingNanos > 0 && silenceNanos > pingNanos,
        "silence is longer than the time between probes");
    Invariant.check(backoffMinNanos > 0 && backoffMaxNanos >= backoffMinNanos, "back-off grows");
  }
}
