package cfs.net.adapter;

import java.util.concurrent.atomic.LongAdder;

/** What happened since start; each path of the transport that loses or refuses something has its own counter. */
public final class NetCounters {
  final LongAdder sent = new LongAdder();
  final LongAdder received = new LongAdder();
  final LongAdder droppedUnreachable = new LongAdder();
  final LongAdder droppedFull = new LongAdder();
  final LongAdder connected = new LongAdder();
  final LongAdder lost = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder malformed = new LongAdder();

  NetCounters() {}

  /** Frames handed to a connection. */
  public long sent() {
    return sent.sum();
  }

  /** Frames handed to the receiver. */
  public long received() {
    return received.sum();
  }

  /** Frames dropped because there was no connection to the peer. */
  public long droppedUnreachable() {
    return droppedUnreachable.sum();
  }

  /** Frames dropped because the peer's queue was full. */
  public long droppedFull() {
    return droppedFull.sum();
  }

  /** Outgoing connections that were proven and used. */
  public long connected() {
    return connected.sum();
  }

  /** Outgoing connections that ended, or could not be made. */
  public long lost() {
    return lost.sum();
  }

  /** Connections closed because the other side did not prove to be a host of this cluster, or there were too many. */
  public long refused() {
    return refused.sum();
  }

  /** Connections of proven peers closed because of what they sent. */
  public long malformed() {
    return malformed.sum();
  }
}
