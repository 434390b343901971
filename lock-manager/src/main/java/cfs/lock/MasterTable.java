package cfs.lock;

import cfs.error.Invariant;
import cfs.lock.MasterRecord.Holder;
import cfs.lock.MasterRecord.Queued;
import cfs.port.Clock;
import cfs.port.LockMode;
import cfs.wire.LockMessage.Blocking;
import cfs.wire.LockMessage.Cancel;
import cfs.wire.LockMessage.CancelAck;
import cfs.wire.LockMessage.Down;
import cfs.wire.LockMessage.DownAck;
import cfs.wire.LockMessage.Grant;
import cfs.wire.LockMessage.Held;
import cfs.wire.LockMessage.Probe;
import cfs.wire.LockMessage.ProbeReply;
import cfs.wire.LockMessage.Rebuild;
import cfs.wire.LockMessage.RebuildAck;
import cfs.wire.LockMessage.Request;
import cfs.wire.LockMessage.Resource;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The master side of the lock protocol: the tables of the resources that this host masters in the current view. Lane only.
 *
 * <p>Nothing is granted and no DOWN counts before every host of the view reported what it holds, and while a dead host's
 * journal waits for replay. Requests are queued all the time.
 *
 * <p>Invariants: holders of a resource are pairwise compatible; a holder's recorded mode covers what it really holds; grant
 * ids grow.
 */
final class MasterTable {
  /** What one host reported so far of what it holds. */
  private static final class Report {
    final int chunks;
    final BitSet received = new BitSet();

    Report(int chunks) {
      this.chunks = chunks;
    }
  }

  private final LockEngine engine;
  private final Clock clock;
  private final LockCounters counters;
  private final Runnable onRebuilt;
  private final Map<Resource, MasterRecord> records = new HashMap<>();
  /** Records with a queue. */
  private final Set<MasterRecord> contended = new LinkedHashSet<>();
  private final Map<Integer, Report> reports = new TreeMap<>();
  /** Hosts whose report is not complete. */
  private final Set<Integer> missing = new LinkedHashSet<>();
  private boolean rebuilt;
  private boolean frozen = true;
  private long lastGrantId;

  MasterTable(LockEngine engine, Clock clock, LockCounters counters, Runnable onRebuilt) {
    this.engine = engine;
    this.clock = clock;
    this.counters = counters;
    this.onRebuilt = onRebuilt;
  }

  /** A new view: everything known is void. */
  void enter(Set<Integer> members, boolean nowFrozen) {
    records.clear();
    contended.clear();
    reports.clear();
    missing.clear();
    missing.addAll(members);
    rebuilt = false;
    frozen = nowFrozen;
    lastGrantId = 0;
  }

  /** The same view, but its recovery ended (or, for a view read late, had begun). */
  void freeze(boolean nowFrozen) {
    frozen = nowFrozen;
    pumpAll();
  }

  boolean rebuilt() {
    return rebuilt;
  }

  boolean granting() {
    return rebuilt && !frozen;
  }

  void onRebuild(int from, Rebuild part) {
    Report report = reports.computeIfAbsent(from, first -> new Report(part.chunks()));
    if (report.chunks != part.chunks()) {
      return;
    }
    if (missing.contains(from) && !report.received.get(part.chunk())) {
      report.received.set(part.chunk());
      for (Held held : part.held()) {
        record(held.resource()).put(new Holder(from, held.mode(), 0, 0));
      }
    }
    engine.send(from, new RebuildAck(part.chunk()));
    if (report.received.cardinality() == report.chunks && missing.remove(from) && missing.isEmpty()) {
      rebuilt = true;
      pumpAll();
      onRebuilt.run();
    }
  }

  private MasterRecord record(Resource resource) {
    return records.computeIfAbsent(resource, MasterRecord::new);
  }

  void onRequest(int from, Request request) {
    MasterRecord record = record(request.resource());
    Queued queued = record.queued(from);
    if (queued != null && queued.requestId() >= request.requestId()) {
      return;
    }
    Holder holder = record.holder(from);
    if (holder != null && holder.requestId >= request.requestId()) {
      if (holder.requestId == request.requestId()) {
        engine.send(from, grant(record, holder));
      }
      return;
    }
    if (queued != null) {
      record.queue.remove(queued);
    }
    record.queue.add(new Queued(from, request.mode(), request.requestId()));
    if (contended.add(record)) {
      record.repeat.start(clock.nanoTime());
    }
    engine.scheduleTick();
    pump(record);
  }

  void onCancel(int from, Cancel cancel) {
    MasterRecord record = records.get(cancel.resource());
    if (record != null) {
      Holder holder = record.holder(from);
      if (holder != null && holder.requestId == cancel.requestId()) {
        engine.send(from, grant(record, holder));
        return;
      }
      record.queue.removeIf(queued -> queued.host() == from && queued.requestId() <= cancel.requestId());
      pump(record);
    }
    engine.send(from, new CancelAck(cancel.resource(), cancel.requestId()));
  }

  void onDown(int from, Down down) {
    if (!granting()) {
      return;
    }
    MasterRecord record = records.get(down.resource());
    Holder holder = record == null ? null : record.holder(from);
    if (record != null && holder != null && holder.grantId == down.grantId()
        && holder.mode.covers(down.mode())) {
      holder.mode = down.mode();
      if (holder.mode == LockMode.NL) {
        record.holders.remove(holder);
      }
      pump(record);
    }
    engine.send(from, new DownAck(down.resource(), down.mode(), down.grantId()));
  }

  void onProbe(int from, Probe probe) {
    if (!rebuilt) {
      return;
    }
    MasterRecord record = records.get(probe.resource());
    boolean held = record != null
        && record.holders.stream().anyMatch(holder -> ModeLattice.excludesWriter(holder.mode));
    engine.send(from, new ProbeReply(probe.probeId(), held));
  }

  private void pumpAll() {
    if (granting()) {
      List.copyOf(contended).forEach(this::pump);
    }
  }

  /** Grants from the head of the queue while there is room, then asks those who stand in the way of the head. */
  private void pump(MasterRecord record) {
    if (granting()) {
      Queued head;
      while ((head = record.queue.peek()) != null && record.roomFor(head)) {
        record.queue.remove();
        Holder holder = new Holder(head.host(), record.modeFor(head), ++lastGrantId, head.requestId());
        record.put(holder);
        counters.grants++;
        engine.send(head.host(), grant(record, holder));
      }
      if (head != null) {
        ask(record, head, false);
      }
    }
    if (record.queue.isEmpty()) {
      contended.remove(record);
      if (record.holders.isEmpty()) {
        records.remove(record.resource);
      }
    }
  }

  private void ask(MasterRecord record, Queued head, boolean again) {
    LockMode wanted = record.modeFor(head);
    for (Holder holder : record.holders) {
      if (holder.host != head.host() && !holder.mode.compatibleWith(wanted)
          && (again || holder.askedFor != wanted)) {
        holder.askedFor = wanted;
        engine.send(holder.host, new Blocking(grant(record, holder), wanted));
      }
    }
  }

  private static Grant grant(MasterRecord record, Holder holder) {
    return new Grant(record.resource, holder.mode, holder.requestId, holder.grantId);
  }

  void tick(long nowNanos) {
    if (!granting()) {
      return;
    }
    for (MasterRecord record : contended) {
      Queued head = record.queue.peek();
      Invariant.check(head != null, "a contended resource has a queue");
      if (record.repeat.due(nowNanos)) {
        ask(record, head, true);
      }
    }
  }

  boolean busy() {
    return !contended.isEmpty();
  }

  /** Hosts whose report this master still waits for. */
  Set<Integer> missing() {
    return Set.copyOf(missing);
  }

  int mastered() {
    return records.size();
  }

  int contended() {
    return contended.size();
  }

  void checkInvariants() {
    records.values().forEach(MasterRecord::checkInvariants);
  }
}
