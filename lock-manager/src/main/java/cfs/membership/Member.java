package cfs.membership;

import cfs.error.FencedException;
import cfs.error.Invariant;
import cfs.lock.LockEngine;
import cfs.membership.Store.Picture;
import cfs.port.Clock;
import cfs.port.Coordinator;
import cfs.port.Coordinator.Outcome;
import cfs.port.Coordinator.Session;
import cfs.port.Lane;
import cfs.port.Lease;
import cfs.port.LockSpace;
import cfs.port.Recovery;
import cfs.port.TaskSpawner;
import cfs.port.Transport;
import cfs.wire.Frame;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run of one host in the cluster of one volume: joins, keeps its lease, takes part in views, fences and recovers for
 * others when it leads, leaves. Wires the lock protocol to what membership decides. docs/MEMBERSHIP.md tells the story.
 *
 * <p>Public methods may be called on any thread but the lane's; everything else runs on the lane. A Member is used once:
 * after it left or was fenced, a new one with a new incarnation joins.
 *
 * <p>Invariants: while {@code phase} is MEMBER or LEAVING, {@code view} lists this run; epochs of {@code view} grow; at most
 * one compare-and-set is unanswered.
 */
public final class Member {
  private static final long ANNOUNCE_RETRY_NANOS = 500_000_000;
  /** Between looks at the store because of frames from a newer view. */
  private static final long NEWER_LOOK_NANOS = 20_000_000;
  /** Heartbeats between looks at who is announced, in case a watch was lost. */
  private static final int BEATS_PER_LOOK = 8;

  private final HostRecord self;
  private final Lane lane;
  private final Clock clock;
  private final TaskSpawner tasks;
  private final Transport transport;
  private final Consumer<String> onFenced;
  private final HostLease lease;
  private final Store store;
  private final LockEngine engine;
  private final Evictions evictions;
  private final Replays replays;
  private final CompletableFuture<View> joined = new CompletableFuture<>();
  private final CompletableFuture<Void> left = new CompletableFuture<>();

  private Phase phase = Phase.NEW;
  private volatile View view = View.NONE;
  private @Nullable Picture picture;
  private boolean announceSent;
  /** Version of the view that the newest picture must at least have to be acted upon. */
  private int leastVersion = Integer.MIN_VALUE;
  private boolean changing;
  private boolean leaveSent;
  private boolean drained;
  private long beats;
  private boolean lookAtNextBeat;
  private long newerLookNanos;
  private Lane.@Nullable Timer heartbeat;

  /**
   * @param self this run; its incarnation was never used before
   * @param coordinator delivers on {@code lane}; not started; closed by this object
   * @param transport not started; closed by this object
   * @param onFenced hears, on the lane and once, why this run is out: the owner must stop the mount
   */
  public Member(HostRecord self, Coordinator coordinator, Transport transport, Lane lane, Clock clock,
      TaskSpawner tasks,
      FenceAgent fenceAgent, Recovery recovery, Consumer<String> onFenced) {
    this.self = self;
    this.lane = lane;
    this.clock = clock;
    this.tasks = tasks;
    this.transport = transport;
    this.onFenced = onFenced;
    this.lease = new HostLease(clock, coordinator.sessionTimeoutNanos());
    this.engine = new LockEngine(self.hostId(), self.incarnation(), lane, clock, tasks, transport, lease,
        this::fence,
        this::act);
    this.store = new Store(coordinator, clock, engine::turn, this::contact, this::see);
    this.evictions = new Evictions(fenceAgent, lane, engine::post, store::look);
    this.replays = new Replays(recovery, tasks, lane, engine::post, this::act);
  }

  public LockSpace locks() {
    return engine.space();
  }

  public Lease lease() {
    return lease;
  }

  /** The newest view that lists this run; epoch 0 before it joined. */
  public View view() {
    return view;
  }

  /**
   * Announces this run and waits to be let in. Completes when this host is in the view and no journal waits for replay;
   * fails with FencedException.
   */
  public CompletableFuture<View> join() {
    engine.post(() -> {
      Invariant.check(phase == Phase.NEW, "a Member joins once");
      phase = Phase.ANNOUNCING;
      transport.start((from, bytes) -> {
        Frame frame = Frame.decode(bytes);
        engine.post(() -> receive(from, frame));
      });
      store.start(this::session);
      beat();
    });
    return joined;
  }

  /** Gives all locks up and goes out of the view without fencing or replay. Waits for pins; fails with FencedException. */
  public CompletableFuture<Void> leave() {
    engine.post(() -> {
      if (phase == Phase.MEMBER) {
        phase = Phase.LEAVING;
        engine.drain(() -> {
          drained = true;
          act();
        });
      } else if (phase == Phase.NEW || phase == Phase.ANNOUNCING || phase == Phase.JOINING) {
        end(Phase.LEFT, "this host left before it was a member");
      }
    });
    return left;
  }

  public CompletableFuture<MemberStatus> status() {
    CompletableFuture<MemberStatus> answer = new CompletableFuture<>();
    engine.post(() -> answer.complete(statusNow()));
    return answer;
  }

  /** As {@link #status()}, on the lane. */
  MemberStatus statusNow() {
    Set<Integer> replaying = replays.running() == 0 ? Set.of() : Set.of(replays.running());
    return new MemberStatus(self, phase, view, evictions.suspects(), replaying, replays.failures(),
        engine.missingReports(), store.problem(), engine.status());
  }

  LockEngine engine() {
    return engine;
  }

  private boolean out() {
    return phase == Phase.LEFT || phase == Phase.FENCED;
  }

  private boolean listed() {
    return phase == Phase.MEMBER || phase == Phase.LEAVING;
  }

  private void receive(int from, @Nullable Frame frame) {
    long newer = engine.onFrame(from, frame);
    if (newer > 0 && !out() && clock.nanoTime() - newerLookNanos >= 0) {
      newerLookNanos = clock.nanoTime() + NEWER_LOOK_NANOS;
      store.look();
    }
  }

  private void session(Session state) {
    if (out()) {
      return;
    }
    if (state == Session.CONNECTED) {
      announce();
      store.look();
    } else if (state == Session.LOST && announceSent) {
      fence("the coordinator ended this host's session");
    }
  }

  private void announce() {
    if (phase != Phase.ANNOUNCING || !store.connected()) {
      return;
    }
    announceSent = true;
    store.announce(self, present -> {
      if (phase != Phase.ANNOUNCING) {
        return;
      }
      if (present) {
        phase = Phase.JOINING;
        store.look();
      } else {
        // Our former run's session has not expired, or the store did not answer.
        lane.after(ANNOUNCE_RETRY_NANOS, () -> engine.turn(this::announce));
      }
    });
  }

  private void contact(long sentNanos) {
    if (listed() && lease.overdue()) {
      fence("this host had no contact with the coordinator for its whole lease");
    }
    lease.contact(sentNanos);
  }

  private void beat() {
    if (out()) {
      return;
    }
    if (listed() && lease.overdue()) {
      fence("this host had no contact with the coordinator for its whole lease");
      return;
    }
    heartbeat = lane.after(lease.leaseNanos() / 8, () -> engine.turn(this::beat));
    if (!store.connected()) {
      return;
    }
    boolean look = lookAtNextBeat || ++beats % BEATS_PER_LOOK == 0;
    lookAtNextBeat = false;
    store.heartbeat(version -> {
      if (!out() && version != null && (look || picture == null || picture.version() != version)) {
        store.look();
      }
    });
  }

  /** The store shows something; judge it. */
  private void see(Picture seen) {
    if (out() || seen.version() < leastVersion) {
      return;
    }
    picture = seen;
    leastVersion = seen.version();
    boolean listsUs = seen.view().lists(self);
    if (listed() && !listsUs) {
      if (leaveSent) {
        end(Phase.LEFT, "this host left the cluster");
      } else {
        fence("the cluster removed this host");
      }
      return;
    }
    if (listsUs) {
      enter(seen.view());
    }
    act();
  }

  private void enter(View seen) {
    Invariant.check(seen.epoch() >= view.epoch(), "epochs of views grow", seen.epoch());
    boolean frozen = !seen.recovering().isEmpty();
    boolean newEpoch = seen.epoch() > view.epoch();
    view = seen;
    if (phase == Phase.JOINING) {
      phase = Phase.MEMBER;
      lease.begin();
    }
    if (newEpoch) {
      Map<Integer, String> addresses = new HashMap<>();
      Map<Integer, Long> incarnations = new TreeMap<>();
      seen.members().values().forEach(member -> {
        incarnations.put(member.hostId(), member.incarnation());
        if (member.hostId() != self.hostId()) {
          addresses.put(member.hostId(), member.address());
        }
      });
      transport.peers(addresses);
      engine.enter(seen.epoch(), incarnations, frozen);
    } else {
      engine.freeze(frozen);
    }
    if (!frozen) {
      joined.complete(seen);
    }
  }

  /** Does whatever the newest picture asks of this host: fence, replay, change the view. */
  private void act() {
    Picture seen = picture;
    // A picture that is older than our own last change would start a replay again that is over, while others are granted
    // what it would overwrite.
    if (out() || changing || seen == null || seen.version() < leastVersion || phase == Phase.ANNOUNCING) {
      return;
    }
    boolean leads = ViewChange.leads(seen.view(), seen.announced(), self);
    evictions.suspect(leads ? ViewChange.gone(seen.view(), seen.announced()) : Set.of());
    replays.assign(assignedTo(seen.view()));
    change(seen);
    if (listed() && engine.rebuilt()) {
      replays.start();
    }
  }

  private Set<Integer> assignedTo(View seen) {
    Set<Integer> slots = new TreeSet<>();
    if (seen.lists(self)) {
      seen.recovering().forEach((slot, replayer) -> {
        if (replayer == self.hostId()) {
          slots.add(slot);
        }
      });
    }
    return slots;
  }

  private void change(Picture seen) {
    if (!store.connected()) {
      return;
    }
    ViewChange change = new ViewChange(seen.view(), seen.announced(), self, phase, drained,
        evictions.verified(),
        replays.replayed());
    View next = change.next();
    if (next == null) {
      return;
    }
    Set<Integer> evicted = new HashSet<>(seen.view().members().keySet());
    evicted.removeAll(next.members().keySet());
    evicted.forEach(replays::again);
    leaveSent |= phase == Phase.LEAVING && !next.lists(self);
    changing = true;
    store.change(seen.version(), next, outcome -> {
      changing = false;
      if (out()) {
        return;
      }
      if (outcome == Outcome.DONE) {
        replays.assign(assignedTo(next));
      }
      if (outcome != Outcome.UNKNOWN) {
        leastVersion = Math.max(leastVersion, seen.version() + 1);
      }
      // The answer to an UNKNOWN outcome is to look; should the look fail too, the next heartbeat repeats it.
      lookAtNextBeat = true;
      store.look();
    });
  }

  private void fence(String why) {
    if (!out()) {
      end(Phase.FENCED, why);
      onFenced.accept(why);
    }
  }

  private void end(Phase last, String why) {
    phase = last;
    lease.end(why);
    FencedException refusal = new FencedException(why);
    engine.stop(refusal);
    replays.stop();
    evictions.stop();
    if (heartbeat != null) {
      heartbeat.cancel();
    }
    joined.completeExceptionally(refusal);
    if (last == Phase.LEFT) {
      left.complete(null);
    } else {
      left.completeExceptionally(refusal);
    }
    // Closing may block. It ends the announcement, so that the others need not wait for the session to expire.
    tasks.spawn("cfs-member-close", () -> {
      transport.close();
      store.close();
    });
  }
}
