package cfs.port;

import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Unreliable frames between hosts of one cluster: a frame arrives whole or not at all, may be lost, repeated or overtaken.
 * Protocols repeat what they need. Peers are authenticated: {@code fromHost} is proven, not claimed.
 */
public interface Transport extends AutoCloseable {
  /** Largest frame in bytes. */
  int MAX_FRAME_BYTES = 1 << 20;

  /** Called on a transport thread; must only decode and post to a lane. The frame is valid during the call only. */
  interface Receiver {
    void onFrame(int fromHost, ByteBuffer frame);
  }

  /** Starts delivering. Called once. */
  void start(Receiver receiver);

  /** Replaces the address book: host id to "host:port". Connections to hosts that left are closed. */
  void peers(Map<Integer, String> addresses);

  /** Never blocks; the frame is copied, and dropped when the peer is not reachable or its bounded queue is full. */
  void send(int toHost, ByteBuffer frame);

  @Override
  void close();
}
