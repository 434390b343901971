package cfs.lock;

import cfs.error.FencedException;
import cfs.error.Invariant;
import cfs.port.Clock;
import cfs.port.Lane;
import cfs.port.Lease;
import cfs.port.LockSpace;
import cfs.port.TaskSpawner;
import cfs.port.Transport;
import cfs.wire.Frame;
import cfs.wire.LockMessage;
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
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The lock protocol of one host: takes frames, views and calls, one at a time on the lane, and joins the host side
 * ({@link LocalLocks}) with the master side ({@link MasterTable}). cfs.membership says which view holds.
 */
public final class LockEngine {
  private final int hostId;
  private final long incarnation;
  private final Lane lane;
  private final Clock clock;
  private final Consumer<String> onBroken;
  private final LockCounters counters = new LockCounters();
  private final Outbox outbox;
  private final LocalLocks local;
  private final MasterTable table;
  private final RebuildSender rebuild;
  private final Probes probes;
  private final HostLockSpace space;
  /** Messages of this host to itself: handled after the event that sent them, never inside it. */
  private final Deque<LockMessage> toSelf = new ArrayDeque<>();
  private Map<Integer, Long> incarnations = new TreeMap<>();
  private long epoch;
  private boolean inTurn;
  private boolean stopped;
  private Lane.@Nullable Timer tick;

  /**
   * @param onBroken hears that this host's own protocol state cannot be trusted (a bug); called on the lane, must fence
   * @param onRebuilt hears that every member of the view reported to this host, hence that all of them entered it
   */
  public LockEngine(int hostId, long incarnation, Lane lane, Clock clock, TaskSpawner tasks,
      Transport transport,
      Lease lease, Consumer<String> onBroken, Runnable onRebuilt) {
    this.hostId = hostId;
    this.incarnation = incarnation;
    this.lane = lane;
    this.clock = clock;
    this.onBroken = onBroken;
    this.outbox = new Outbox(transport, counters);
    this.local = new LocalLocks(this, lane, clock, tasks, lease, counters);
    this.table = new MasterTable(this, clock, counters, onRebuilt);
    this.rebuild = new RebuildSender(this);
    this.probes = new Probes(this, local, clock);
    this.space = new HostLockSpace(this, local);
  }

  public LockSpace space() {
    return space;
  }

  /** Any thread. */
  public void post(Runnable event) {
    lane.post(() -> turn(event));
  }

  /** Runs an event on the lane, then everything this host said to itself, then sends what it said to others. */
  public void turn(Runnable event) {
    if (inTurn) {
      event.run();
      return;
    }
    inTurn = true;
    boolean done = false;
    try {
      event.run();
      for (LockMessage message = toSelf.poll(); message != null; message = toSelf.poll()) {
        dispatch(hostId, message);
      }
      outbox.flush(epoch, incarnation);
      done = true;
    } finally {
      inTurn = false;
      if (!done) {
        onBroken.accept("the lock protocol of this host failed; see the log");
      }
    }
  }

  void send(int host, LockMessage message) {
    if (stopped) {
      return;
    }
    if (host == hostId) {
      toSelf.add(message);
    } else {
      outbox.add(host, message);
    }
  }

  /**
   * Enters a view: forgets every table and queue, reports what this host holds to the masters of the view, and repeats what
   * it wants.
   *
   * @param members incarnation of each host in the view, this host included
   * @param frozen whether a dead host's journal waits for replay, so that nothing may be granted
   */
  public void enter(long newEpoch, Map<Integer, Long> members, boolean frozen) {
    Invariant.check(newEpoch > epoch, "epochs grow", newEpoch);
    Invariant.check(members.containsKey(hostId), "a host enters only views that list it");
    epoch = newEpoch;
    incarnations = new TreeMap<>(members);
    outbox.clear();
    toSelf.clear();
    Set<Integer> hosts = incarnations.keySet();
    table.enter(hosts, frozen);
    Map<Integer, List<Held>> held = local.enter(hosts);
    rebuild.start(held, clock.nanoTime());
    local.resume();
    probes.resume();
  }

  /** The recovery of the current view ended, or goes on. */
  public void freeze(boolean frozen) {
    table.freeze(frozen);
  }

  /** Returns the epoch of a frame that is newer than this host's view, else 0. */
  public long onFrame(int from, @Nullable Frame frame) {
    if (stopped) {
      return 0;
    }
    counters.framesReceived++;
    if (frame == null) {
      counters.badFrames++;
      return 0;
    }
    if (frame.epoch() != epoch) {
      counters.staleFrames++;
      return Math.max(0, frame.epoch() > epoch ? frame.epoch() : 0);
    }
    Long expected = incarnations.get(from);
    if (from == hostId || expected == null || expected != frame.incarnation()) {
      counters.badFrames++;
      return 0;
    }
    counters.messagesReceived += frame.messages().size();
    for (LockMessage message : frame.messages()) {
      dispatch(from, message);
    }
    return 0;
  }

  private void dispatch(int from, LockMessage message) {
    switch (message) {
      case Request m -> table.onRequest(from, m);
      case Cancel m -> table.onCancel(from, m);
      case Down m -> table.onDown(from, m);
      case Probe m -> table.onProbe(from, m);
      case Rebuild m -> table.onRebuild(from, m);
      case RebuildAck m -> rebuild.onAck(from, m.chunk());
      case Grant m -> local.onGrant(from, m);
      case Blocking m -> local.onBlocking(from, m);
      case DownAck m -> local.onDownAck(m);
      case CancelAck m -> local.onCancelAck(m);
      case ProbeReply m -> probes.onReply(m);
    }
  }

  /** Repeats go by one timer, which runs only while something is unanswered: an idle host is silent. */
  void scheduleTick() {
    if (tick == null && !stopped) {
      tick = lane.after(Repeat.FIRST_NANOS, () -> turn(this::tick));
    }
  }

  private void tick() {
    tick = null;
    if (stopped) {
      return;
    }
    long now = clock.nanoTime();
    local.tick(now);
    table.tick(now);
    rebuild.tick(now);
    probes.tick(now);
    if (local.busy() || table.busy() || rebuild.busy() || probes.busy()) {
      scheduleTick();
    }
  }

  /** Gives every lock back; {@code done} runs on the lane once all masters know. */
  public void drain(Runnable done) {
    local.drain(done);
  }

  /** Asks the master whether a live host holds a resource; the answer comes on the lane. */
  public void probe(LockMessage.Resource resource, Consumer<Boolean> held,
      Consumer<FencedException> refused) {
    probes.ask(resource, new Probes.Answer() {
      @Override
      public void held(boolean byLiveHost) {
        held.accept(byLiveHost);
      }

      @Override
      public void refused(FencedException why) {
        refused.accept(why);
      }
    });
  }

  /** This host is out: waiters are refused, nothing is said any more. */
  public void stop(FencedException why) {
    if (stopped) {
      return;
    }
    stopped = true;
    outbox.clear();
    toSelf.clear();
    rebuild.stop();
    local.stop(why);
    probes.stop(why);
    if (tick != null) {
      tick.cancel();
    }
  }

  /** Whether every member of the view entered it: nobody grants by an older one any more. */
  public boolean rebuilt() {
    return !stopped && table.rebuilt();
  }

  public boolean granting() {
    return !stopped && table.granting();
  }

  /** Hosts whose report of held locks this master still waits for. */
  public Set<Integer> missingReports() {
    return table.missing();
  }

  public LockStatus status() {
    LockCounters c = counters;
    return new LockStatus(local.known(), local.held(), table.mastered(), table.contended(), granting(),
        c.requests,
        c.grants, c.granted, c.demotions, c.demotionFailures, c.timeouts, c.messagesSent, c.messagesReceived,
        c.framesSent, c.framesReceived, c.staleFrames, c.badFrames);
  }

  /** For oracles of tests: every lock this host may use right now. */
  public void forEachHeld(Consumer<HostLock> visitor) {
    local.forEachHeld(visitor);
  }

  public void checkInvariants() {
    table.checkInvariants();
  }
}
