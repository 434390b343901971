package cfs.membership;

import cfs.error.FencedException;
import cfs.error.Invariant;
import cfs.port.Clock;
import cfs.port.Lease;
import org.jspecify.annotations.Nullable;

/**
 * This host's right to touch the LUNs: ends a stated time after the last proven contact with the store, hence before the
 * store can tell the others that this host is gone. The second line of defence: survivors also verify a fence before they
 * touch anything of this host.
 *
 * <p>Proof, with T = session timeout at the store and lease L = T - margin, margin = T/3. Times are true time; T = 9 s in
 * the example, so L = 6 s.
 *
 * <pre>
 *  0.0 s  this host sends a read (s = its clock now) over a session that is CONNECTED
 *  0.0+d  a server of the store gets it: the session's timer at that server restarts, d &gt;= 0
 *  0.0+d+e the answer arrives, the session was CONNECTED all the time: the lease now ends at s + L by this host's clock
 *         afterwards nothing is heard any more
 *  d-h    latest touch that the store's leader may know when that server dies before its next report;
 *         ZooKeeper servers report every half tick and T &gt;= 2 ticks, so h &lt;= T/4 = 2.25 s
 *  6.0 s  the lease ends. A clock that runs slow by 1 in 1,000 makes it 6.006 s
 *  6.75 s earliest moment at which the store can expire the session: 0 + d - h + T &gt;= 3/4 T
 * </pre>
 *
 * L = 2/3 T &lt; 3/4 T leaves T/12 = 0.75 s for clock drift and for an I/O that passed the check just before the end. The
 * send time counts, not the time of the answer: a slow answer shortens the lease, never stretches it. A pause of this process
 * needs no bound: the clock goes on, and {@link #check} fails afterwards; what was submitted before the pause is the fence's
 * business.
 *
 * <p>{@link #check} may be called on any thread; everything else on the lane.
 */
final class HostLease implements Lease {
  private final Clock clock;
  private final long leaseNanos;
  private volatile boolean started;
  private volatile long endNanos;
  private volatile @Nullable String ended = "this host has not joined the cluster";

  HostLease(Clock clock, long sessionTimeoutNanos) {
    Invariant.check(sessionTimeoutNanos > 0, "a session has a timeout", sessionTimeoutNanos);
    this.clock = clock;
    this.leaseNanos = leaseNanos(sessionTimeoutNanos);
  }

  static long leaseNanos(long sessionTimeoutNanos) {
    return sessionTimeoutNanos - sessionTimeoutNanos / 3;
  }

  long leaseNanos() {
    return leaseNanos;
  }

  /** An answer to something sent at {@code sentNanos} arrived while the session stayed CONNECTED. */
  void contact(long sentNanos) {
    long end = sentNanos + leaseNanos;
    if (!started || end - endNanos > 0) {
      endNanos = end;
      started = true;
    }
  }

  /** This host is in the view: from now on the lease is its right to write. */
  void begin() {
    ended = null;
  }

  /** For ever: this run of the host is over. */
  void end(String why) {
    ended = why;
  }

  /** Whether the last contact is too long ago. */
  boolean overdue() {
    return !started || clock.nanoTime() - endNanos >= 0;
  }

  @Override
  public void check() {
    String why = ended;
    if (why != null) {
      throw new FencedException(why);
    }
    if (clock.nanoTime() - endNanos >= 0) {
      throw new FencedException("this host had no contact with the coordinator for its whole lease");
    }
  }
}
