package cfs.lock;

import cfs.port.Transport;
import cfs.wire.Frame;
import cfs.wire.LockMessage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Collects what one lane turn says, so that each host gets it in as few frames as possible. Lane only. */
final class Outbox {
  private final Transport transport;
  private final LockCounters counters;
  private final ByteBuffer frame = ByteBuffer.allocateDirect(Frame.MAX_BYTES);
  private final Map<Integer, List<LockMessage>> messages = new TreeMap<>();

  Outbox(Transport transport, LockCounters counters) {
    this.transport = transport;
    this.counters = counters;
  }

  void add(int host, LockMessage message) {
    messages.computeIfAbsent(host, first -> new ArrayList<>()).add(message);
  }

  /** What was said in a view that is over means nothing. */
  void clear() {
    messages.clear();
  }

  void flush(long epoch, long incarnation) {
    if (messages.isEmpty()) {
      return;
    }
    messages.forEach((host, list) -> {
      for (int next = 0; next < list.size();) {
        next = Frame.encode(frame, epoch, incarnation, list, next);
        transport.send(host, frame);
        counters.framesSent++;
      }
      counters.messagesSent += list.size();
    });
    messages.clear();
  }
}
