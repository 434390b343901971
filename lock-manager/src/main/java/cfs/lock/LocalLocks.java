package cfs.lock;

import cfs.error.FencedException;
import cfs.error.FsException;
import cfs.error.Invariant;
import cfs.lock.HostLock.Waiter;
import cfs.port.Clock;
import cfs.port.Lane;
import cfs.port.Lease;
import cfs.port.LockMode;
import cfs.port.LockSpace.Demotion;
import cfs.port.ResourceKind;
import cfs.port.TaskSpawner;
import cfs.wire.LockMessage.Blocking;
import cfs.wire.LockMessage.Cancel;
import cfs.wire.LockMessage.CancelAck;
import cfs.wire.LockMessage.Down;
import cfs.wire.LockMessage.DownAck;
import cfs.wire.LockMessage.Grant;
import cfs.wire.LockMessage.Held;
import cfs.wire.LockMessage.Request;
import cfs.wire.LockMessage.Resource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The host side of the lock protocol: what this host holds, wants and gives away. Lane only, except where a method says so.
 *
 * <p>Invariants, for each lock and at every moment:
 * <ul>
 * <li>the master's record for this host covers the mode held here: this host lowers before it says so, the master raises
 * before it says so;
 * <li>at most one request is unanswered, and it asks for a mode that covers what was held when it was made;
 * <li>a mode is lowered only after demotion work for it succeeded, with no pin that the lower mode does not cover.
 * </ul>
 */
final class LocalLocks {
  static final long FOREVER_NANOS = Long.MAX_VALUE;
  /**
   * Demotion tasks at once for each kind. Counted for each kind, because demoting an inode may wait for a group that only
   * another host's demotion of a group gives free: one common limit would deadlock.
   */
  static final int MAX_DEMOTIONS = 32;

  private static final long DEMOTION_RETRY_NANOS = 200_000_000;

  private final LockEngine engine;
  private final Lane lane;
  private final Clock clock;
  private final TaskSpawner tasks;
  private final Lease lease;
  private final LockCounters counters;
  private final ConcurrentHashMap<Resource, HostLock> locks = new ConcurrentHashMap<>();
  /** Locks with a request, cancel or down that nobody answered yet. */
  private final Set<HostLock> unanswered = new LinkedHashSet<>();
  private final Map<ResourceKind, Integer> demotionsRunning = new EnumMap<>(ResourceKind.class);
  private final Map<ResourceKind, Deque<HostLock>> demotionsReady = new EnumMap<>(ResourceKind.class);
  private long lastRequestId;
  private @Nullable Mastering mastering;
  private volatile Demotion demotion = (lock, from, to) -> {};
  private @Nullable FsException refusal;
  /** Who waits for the end of {@link #drain}. */
  private final List<Runnable> drained = new ArrayList<>();
  private boolean closing;
  private boolean stopped;

  LocalLocks(LockEngine engine, Lane lane, Clock clock, TaskSpawner tasks, Lease lease,
      LockCounters counters) {
    this.engine = engine;
    this.lane = lane;
    this.clock = clock;
    this.tasks = tasks;
    this.lease = lease;
    this.counters = counters;
    for (ResourceKind kind : ResourceKind.values()) {
      demotionsRunning.put(kind, 0);
      demotionsReady.put(kind, new ArrayDeque<>());
    }
  }

  /** Any thread. */
  void post(Runnable event) {
    engine.post(event);
  }

  /** Any thread. */
  void checkLease() {
    lease.check();
  }

  /** Any thread, before the first acquire. */
  void onDemotion(Demotion work) {
    demotion = work;
  }

  /** Any thread. */
  HostLock lock(ResourceKind kind, long id) {
    Resource resource = new Resource(kind, id);
    HostLock known = locks.get(resource);
    return known != null ? known : locks.computeIfAbsent(resource, absent -> new HostLock(absent, this));
  }

  void acquire(HostLock handle, LockMode mode, long timeoutNanos, LockOutcome outcome) {
    if (refusal != null) {
      outcome.refused(refusal);
      return;
    }
    HostLock lock = live(handle);
    Waiter waiter = new Waiter(mode, outcome);
    lock.waiters.add(waiter);
    if (timeoutNanos <= 0) {
      serve(lock);
      timeOut(lock, waiter);
      return;
    }
    if (timeoutNanos != FOREVER_NANOS) {
      waiter.timer = lane.after(timeoutNanos, () -> engine.turn(() -> timeOut(lock, waiter)));
    }
    progress(lock);
  }

  /** The object in the table for what the handle stands for; puts a retired one back. */
  private HostLock live(HostLock handle) {
    HostLock last = handle.last();
    if (!last.retired()) {
      return last;
    }
    HostLock present = locks.putIfAbsent(last.resource, last);
    if (present == null) {
      last.revive();
      return last;
    }
    last.forwardTo(present);
    return present;
  }

  private void timeOut(HostLock lock, Waiter waiter) {
    if (!lock.waiters.remove(waiter)) {
      return;
    }
    counters.timeouts++;
    waiter.outcome.timedOut();
    cancelUnneeded(lock);
    progress(lock);
  }

  private void cancelUnneeded(HostLock lock) {
    if (lock.requestMode != null && !lock.cancelling && firstUncovered(lock) == null) {
      lock.cancelling = true;
      say(lock);
    }
  }

  /** Moves a lock on after anything changed: give away, then serve, then ask, then forget. */
  void progress(HostLock lock) {
    if (stopped || lock.retired()) {
      return;
    }
    if (lock.demotingTo == null && lock.wanted != null) {
      weaken(lock, lock.wanted);
    }
    serve(lock);
    request(lock);
    forget(lock);
  }

  private void weaken(HostLock lock, LockMode forMode) {
    LockMode held = lock.mode();
    LockMode keep = ModeLattice.keep(held, forMode);
    if (keep == held) {
      lock.wanted = null;
      lock.gate(false);
      return;
    }
    // From here on nobody new gets in; each release comes back here until the pins fit.
    if (LockWord.pinsFit(lock.gate(true), keep)) {
      lock.demotingTo = keep;
      demote(lock);
    }
  }

  private void demote(HostLock lock) {
    ResourceKind kind = lock.kind();
    int running = demotionsRunning.getOrDefault(kind, 0);
    if (running >= MAX_DEMOTIONS) {
      ready(kind).add(lock);
      return;
    }
    demotionsRunning.put(kind, running + 1);
    LockMode from = lock.mode();
    LockMode to = lock.demotingTo;
    Invariant.check(to != null, "a demotion has a target");
    Demotion work = demotion;
    tasks.spawn("cfs-demote", () -> {
      boolean done = false;
      try {
        work.demote(lock, from, to);
        done = true;
      } finally {
        boolean success = done;
        engine.post(() -> demoted(lock, to, success));
      }
    });
  }

  private Deque<HostLock> ready(ResourceKind kind) {
    return demotionsReady.computeIfAbsent(kind, none -> new ArrayDeque<>());
  }

  private void demoted(HostLock lock, LockMode to, boolean success) {
    demotionsRunning.merge(lock.kind(), -1, Integer::sum);
    HostLock next = ready(lock.kind()).poll();
    if (stopped) {
      return;
    }
    if (next != null) {
      demote(next);
    }
    if (lock.superseded) {
      // The master raised us meanwhile; nothing to lower. Serve first: a grant always serves those who waited for it.
      lock.superseded = false;
      lock.demotingTo = null;
      lock.gate(false);
      serve(lock);
    } else if (success) {
      lock.demotingTo = null;
      lock.setMode(to);
      lock.gate(false);
      counters.demotions++;
      reportDown(lock);
    } else {
      // What could not be made durable must not be given away; others wait until it works or this host is fenced.
      counters.demotionFailures++;
      lane.after(DEMOTION_RETRY_NANOS, () -> engine.turn(() -> {
        if (!stopped) {
          demote(lock);
        }
      }));
      return;
    }
    progress(lock);
  }

  private void serve(HostLock lock) {
    if (lock.waiters.isEmpty() || LockWord.gated(lock.word())) {
      return;
    }
    List<Waiter> served = new ArrayList<>();
    for (Iterator<Waiter> all = lock.waiters.iterator(); all.hasNext();) {
      Waiter waiter = all.next();
      if (LockWord.covers(lock.word(), waiter.mode)) {
        all.remove();
        served.add(waiter);
      }
    }
    for (Waiter waiter : served) {
      pinFor(lock, waiter);
    }
  }

  /** The gate is open and the mode covers the waiter's, and both change on this lane only. */
  private static void pinFor(HostLock lock, Waiter waiter) {
    if (waiter.timer != null) {
      waiter.timer.cancel();
    }
    try {
      Invariant.check(lock.tryPin(waiter.mode), "a waiter that is served gets its pin");
    } catch (FsException tooManyPins) {
      waiter.outcome.refused(tooManyPins);
      return;
    }
    waiter.outcome.pinned();
  }

  private static @Nullable Waiter firstUncovered(HostLock lock) {
    for (Waiter waiter : lock.waiters) {
      if (!LockWord.covers(lock.word(), waiter.mode)) {
        return waiter;
      }
    }
    return null;
  }

  private void request(HostLock lock) {
    if (lock.requestMode != null || lock.waiters.isEmpty()) {
      return;
    }
    Waiter first = firstUncovered(lock);
    if (first != null) {
      lock.requestMode = ModeLattice.join(lock.mode(), first.mode);
      lock.requestId = ++lastRequestId;
      counters.requests++;
      say(lock);
    }
  }

  private void reportDown(HostLock lock) {
    lock.downPending = true;
    say(lock);
  }

  /** Sends whatever of this lock is unanswered, and repeats it until it is answered. */
  private void say(HostLock lock) {
    unanswered.add(lock);
    lock.repeat.start(clock.nanoTime());
    repeat(lock);
    engine.scheduleTick();
  }

  private void repeat(HostLock lock) {
    if (mastering == null) {
      return;
    }
    int master = mastering.masterOf(lock.resource);
    if (lock.downPending) {
      engine.send(master, new Down(lock.resource, lock.mode(), lock.grantId));
    }
    if (lock.requestMode != null) {
      engine.send(master, lock.cancelling ? new Cancel(lock.resource, lock.requestId)
          : new Request(lock.resource, lock.requestMode, lock.requestId));
    }
  }

  void onGrant(int from, Grant grant) {
    HostLock lock = locks.get(grant.resource());
    if (lock == null) {
      // Never asked, or given up long ago. The master repeats (in BLOCKING) if this answer is lost and anybody cares.
      if (grant.grantId() > 0) {
        engine.send(from, new Down(grant.resource(), LockMode.NL, grant.grantId()));
      }
      return;
    }
    if (grant.grantId() <= lock.grantId) {
      return;
    }
    lock.grantId = grant.grantId();
    if (lock.requestMode == null || lock.requestId != grant.requestId()) {
      reportDown(lock);
      return;
    }
    Invariant.check(grant.mode().covers(lock.mode()), "a grant never lowers");
    Invariant.check(grant.mode().covers(lock.requestMode), "a grant covers its request");
    counters.granted++;
    lock.requestMode = null;
    lock.cancelling = false;
    lock.downPending = false;
    lock.wanted = closing ? LockMode.EX : null;
    lock.setMode(grant.mode());
    if (lock.demotingTo != null) {
      lock.superseded = true;
      return;
    }
    lock.gate(false);
    serve(lock);
    progress(lock);
  }

  void onBlocking(int from, Blocking blocking) {
    Grant grant = blocking.grant();
    onGrant(from, grant);
    HostLock lock = locks.get(grant.resource());
    if (lock != null && lock.grantId == grant.grantId() && !lock.mode().compatibleWith(blocking.wanted())) {
      lock.wanted = closing ? LockMode.EX : blocking.wanted();
      progress(lock);
    }
  }

  void onDownAck(DownAck ack) {
    HostLock lock = locks.get(ack.resource());
    if (lock != null && lock.downPending && lock.grantId == ack.grantId() && lock.mode() == ack.mode()) {
      lock.downPending = false;
      forget(lock);
    }
  }

  void onCancelAck(CancelAck ack) {
    HostLock lock = locks.get(ack.resource());
    if (lock != null && lock.requestMode != null && lock.cancelling && lock.requestId == ack.requestId()) {
      lock.requestMode = null;
      lock.cancelling = false;
      progress(lock);
    }
  }

  void drop(HostLock lock) {
    if (stopped || lock.retired() || lock.demotingTo != null || !lock.waiters.isEmpty()) {
      return;
    }
    if (LockWord.pinned(lock.gate(true))) {
      lock.gate(lock.wanted != null);
      return;
    }
    lock.wanted = LockMode.EX;
    progress(lock);
  }

  private void forget(HostLock lock) {
    if (lock.wanted == null && locks.get(lock.resource) == lock && lock.retire()) {
      locks.remove(lock.resource, lock);
      unanswered.remove(lock);
    }
  }

  /**
   * A new view: masters know nothing but what they are told now. Answers what this host holds, for each master.
   *
   * @param members all hosts of the view, this one too
   */
  Map<Integer, List<Held>> enter(Set<Integer> members) {
    Mastering next = new Mastering(members);
    mastering = next;
    unanswered.clear();
    Map<Integer, List<Held>> held = new TreeMap<>();
    members.forEach(member -> held.put(member, new ArrayList<>()));
    for (HostLock lock : locks.values()) {
      lock.grantId = 0;
      lock.downPending = false;
      if (lock.cancelling) {
        lock.cancelling = false;
        lock.requestMode = null;
      }
      if (lock.mode() != LockMode.NL) {
        held.computeIfAbsent(next.masterOf(lock.resource), master -> new ArrayList<>())
            .add(new Held(lock.resource, lock.mode()));
      }
    }
    return held;
  }

  /** Second half of {@link #enter}, after the report of what is held was queued: ask again, answer again. */
  void resume() {
    for (HostLock lock : locks.values()) {
      if (lock.requestMode != null) {
        say(lock);
      }
      lock.wanted = closing ? LockMode.EX : null;
      if (lock.demotingTo == null && lock.wanted == null) {
        lock.gate(false);
      }
      progress(lock);
    }
  }

  void tick(long nowNanos) {
    for (HostLock lock : List.copyOf(unanswered)) {
      if (!lock.downPending && lock.requestMode == null) {
        unanswered.remove(lock);
      } else if (lock.repeat.due(nowNanos)) {
        repeat(lock);
      }
    }
    if (!drained.isEmpty()) {
      locks.values().forEach(this::progress);
      if (locks.isEmpty()) {
        tellDrained();
      }
    }
  }

  boolean busy() {
    return !stopped && (!unanswered.isEmpty() || !drained.isEmpty());
  }

  private void tellDrained() {
    List<Runnable> tell = List.copyOf(drained);
    drained.clear();
    tell.forEach(Runnable::run);
  }

  /**
   * Gives every lock back and refuses new acquires; {@code done} runs when nothing is held and every master knows it, or
   * when this host is out.
   */
  void drain(Runnable done) {
    drained.add(done);
    if (stopped) {
      tellDrained();
      return;
    }
    engine.scheduleTick();
    if (closing) {
      return;
    }
    closing = true;
    refuseAll(new FencedException("this host is leaving the cluster"));
    for (HostLock lock : locks.values()) {
      cancelUnneeded(lock);
      lock.wanted = LockMode.EX;
      progress(lock);
    }
  }

  /** This host is out: everybody who waits or comes later is refused, nothing is sent any more. */
  void stop(FencedException why) {
    stopped = true;
    refuseAll(why);
    unanswered.clear();
    tellDrained();
  }

  private void refuseAll(FsException why) {
    refusal = why;
    for (HostLock lock : locks.values()) {
      List<Waiter> refused = List.copyOf(lock.waiters);
      lock.waiters.clear();
      for (Waiter waiter : refused) {
        if (waiter.timer != null) {
          waiter.timer.cancel();
        }
        waiter.outcome.refused(why);
      }
    }
  }

  int masterOf(Resource resource) {
    Invariant.check(mastering != null, "a host in a view knows the masters");
    return mastering.masterOf(resource);
  }

  boolean inView() {
    return mastering != null;
  }

  int known() {
    return locks.size();
  }

  int held() {
    return (int) locks.values().stream().filter(lock -> lock.cached() != LockMode.NL).count();
  }

  /** For oracles of tests: what this host may do right now. */
  void forEachHeld(Consumer<HostLock> visitor) {
    locks.values().stream().filter(lock -> lock.cached() != LockMode.NL).forEach(visitor);
  }
}
