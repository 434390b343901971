package cfs.lock;

import cfs.port.LockMode;
import cfs.wire.LockMessage.Resource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the master of a resource knows about it: who holds it, and who waits in which order. */
final class MasterRecord {
  /** A host with a mode above NL. The mode covers what the host really holds. */
  static final class Holder {
    final int host;
    LockMode mode;
    /** 0: learnt from the host itself when the table was rebuilt. */
    final long grantId;
    /** The request that led to this grant, so that its repeats are answered and not queued. */
    final long requestId;
    /** What the host was last asked to make room for; null when it was not asked under this grant. */
    @Nullable
    LockMode askedFor;

    Holder(int host, LockMode mode, long grantId, long requestId) {
      this.host = host;
      this.mode = mode;
      this.grantId = grantId;
      this.requestId = requestId;
    }
  }

  /** A host's only queued request. */
  record Queued(int host, LockMode mode, long requestId) {}

  final Resource resource;
  /** At most one for each host; pairwise compatible. */
  final List<Holder> holders = new ArrayList<>(2);
  /** First come, first served; at most one for each host. */
  final Deque<Queued> queue = new ArrayDeque<>(2);
  final Repeat repeat = new Repeat();

  MasterRecord(Resource resource) {
    this.resource = resource;
  }

  @Nullable
  Holder holder(int host) {
    for (Holder holder : holders) {
      if (holder.host == host) {
        return holder;
      }
    }
    return null;
  }

  @Nullable
  Queued queued(int host) {
    for (Queued waiting : queue) {
      if (waiting.host == host) {
        return waiting;
      }
    }
    return null;
  }

  /** The mode to record when this request is granted: it never takes away what the host may have. */
  LockMode modeFor(Queued request) {
    Holder holder = holder(request.host);
    return holder == null ? request.mode : ModeLattice.join(holder.mode, request.mode);
  }

  boolean roomFor(Queued request) {
    LockMode mode = modeFor(request);
    for (Holder holder : holders) {
      if (holder.host != request.host && !holder.mode.compatibleWith(mode)) {
        return false;
      }
    }
    return true;
  }

  /** Replaces what the host held. */
  void put(Holder holder) {
    holders.removeIf(old -> old.host == holder.host);
    if (holder.mode != LockMode.NL) {
      holders.add(holder);
    }
    checkInvariants();
  }

  void checkInvariants() {
    for (int i = 0; i < holders.size(); i++) {
      for (int j = 0; j < i; j++) {
        ModeLattice.checkCompatible(holders.get(i).mode, holders.get(j).mode);
      }
    }
  }
}
