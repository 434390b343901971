package cfs.membership;

import static org.assertj.core.api.Assertions.assertThat;

import cfs.error.FencedException;
import cfs.error.FsException;
import cfs.lock.HostLock;
import cfs.lock.LockOutcome;
import cfs.port.ClusterLock;
import cfs.port.Lane;
import cfs.port.LockMode;
import cfs.port.ResourceKind;
import cfs.port.TaskSpawner;
import cfs.port.Transport;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** One run of one simulated host: its Member, its load, and a tiny file system of one number for each resource. */
final class SimHost implements Lane, TaskSpawner {
  final SimWorld world;
  final HostRecord self;
  final SimStore.Session session;
  final Member member;
  /** What a host that dies leaves to replay: numbers newer than on disk. */
  final Map<Long, Long> dirty = new HashMap<>();
  final Map<Long, Long> cache = new HashMap<>();
  /** Pins of this run, for each resource and mode. */
  final Map<Long, int[]> pins = new HashMap<>();
  boolean alive = true;
  boolean out;
  boolean paused;
  boolean joined;
  boolean stopping;
  long operations;
  long operationsAtHeal;
  private final Deque<Runnable> held = new ArrayDeque<>();
  private Transport.Receiver receiver = (from, frame) -> {};

  SimHost(SimWorld world, HostRecord self) {
    this.world = world;
    this.self = self;
    this.session = world.store.connect(this);
    this.member = new Member(self, session, transport(), this, world.loop, this, world::fence, this::replay,
        this::fenced);
    member.locks().onDemotion(this::demote);
    member.join().thenAccept(view -> {
      joined = true;
      for (int i = 0; i < world.threadsPerHost; i++) {
        next();
      }
    });
  }

  // ---- the seams

  @Override
  public void post(Runnable event) {
    world.loop.at(0, () -> onLane(event));
  }

  @Override
  public Timer after(long delayNanos, Runnable event) {
    boolean[] cancelled = new boolean[1];
    world.loop.at(delayNanos, () -> onLane(() -> {
      if (!cancelled[0]) {
        event.run();
      }
    }));
    return () -> cancelled[0] = true;
  }

  void onLane(Runnable event) {
    if (!alive) {
      return;
    }
    if (paused) {
      held.add(event);
      return;
    }
    event.run();
  }

  void resume() {
    paused = false;
    while (!held.isEmpty() && !paused) {
      post(held.poll());
    }
  }

  @Override
  public void spawn(String name, Runnable task) {
    long most = name.equals("cfs-replay") ? 1_000_000_000L : 5_000_000L;
    world.loop.at(world.loop.upTo(most), () -> onLane(() -> {
      try {
        task.run();
      } catch (FsException expected) {
        // A demotion or replay that fails by a fault of the plan; the protocol saw it.
      }
    }));
  }

  @Override
  public Timer every(String name, long periodNanos, Runnable task) {
    throw new UnsupportedOperationException();
  }

  private Transport transport() {
    return new Transport() {
      @Override
      public void start(Receiver first) {
        receiver = first;
      }

      @Override
      public void peers(Map<Integer, String> addresses) {}

      @Override
      public void send(int toHost, ByteBuffer frame) {
        byte[] copy = new byte[frame.remaining()];
        frame.duplicate().get(copy);
        world.carry(self.hostId(), toHost, copy);
      }

      @Override
      public void close() {}
    };
  }

  void receive(int from, byte[] frame) {
    onLane(() -> receiver.onFrame(from, ByteBuffer.wrap(frame)));
  }

  // ---- the tiny file system

  private void demote(ClusterLock lock, LockMode from, LockMode to) {
    world.checkNoPinAbove(this, lock.id(), to);
    if (out) {
      throw new FencedException("the run is over");
    }
    if (world.loop.chance(world.faults.demotionFailure)) {
      world.effects.merge("demotion failed", 1, Integer::sum);
      throw new FsException(cfs.error.FsError.IO);
    }
    Long number = dirty.remove(lock.id());
    if (number != null) {
      world.write(lock.id(), number);
    }
    if (!to.covers(LockMode.PR)) {
      cache.remove(lock.id());
    }
  }

  private void replay(int slot) {
    member.lease().check();
    if (world.loop.chance(world.faults.replayFailure)) {
      world.effects.merge("replay failed", 1, Integer::sum);
      throw new FsException(cfs.error.FsError.IO);
    }
    world.replay(this, slot);
  }

  private void fenced(String why) {
    out = true;
    world.runEnded(this, "fenced itself: " + why);
  }

  // ---- the load

  private boolean idle() {
    return !alive || out || stopping;
  }

  private void next() {
    world.loop.at(world.loop.upTo(world.thinkNanos), () -> onLane(this::operate));
  }

  private void operate() {
    if (idle()) {
      return;
    }
    long id = world.loop.random.nextInt(world.resources);
    LockMode mode = world.randomMode();
    HostLock lock = (HostLock) member.locks().lock(ResourceKind.INODE, id);
    if (world.loop.chance(0.02)) {
      lock.drop();
    }
    try {
      if (world.loop.chance(0.5) && lock.tryAcquire(mode)) {
        pinned(lock, mode);
        return;
      }
    } catch (FencedException over) {
      return;
    }
    long timeout = world.loop.chance(0.2) ? world.loop.upTo(300_000_000) : Long.MAX_VALUE;
    lock.acquire(mode, timeout, new LockOutcome() {
      @Override
      public void pinned() {
        SimHost.this.pinned(lock, mode);
      }

      @Override
      public void timedOut() {
        assertThat(timeout).isNotEqualTo(Long.MAX_VALUE);
        next();
      }

      @Override
      public void refused(FsException why) {
        assertThat(stopping || member.statusNow().phase() == Phase.FENCED).as("refused: " + why.getMessage())
            .isTrue();
      }
    });
  }

  private void pinned(HostLock lock, LockMode mode) {
    assertThat(lock.cached().covers(mode)).isTrue();
    pins.computeIfAbsent(lock.id(), none -> new int[6])[mode.ordinal()]++;
    world.checkPin(this, lock.id(), mode);
    use(lock.id(), mode);
    world.loop.at(world.loop.upTo(world.holdNanos), () -> onLane(() -> {
      pins.get(lock.id())[mode.ordinal()]--;
      lock.release(mode);
      operations++;
      next();
    }));
  }

  /** Readers must see the newest number of the whole cluster; writers count it up. */
  private void use(long id, LockMode mode) {
    if (mode != LockMode.PR && mode != LockMode.PW && mode != LockMode.EX) {
      return;
    }
    try {
      member.lease().check();
    } catch (FencedException over) {
      return;
    }
    long number = cache.computeIfAbsent(id, world::read);
    assertThat(number).as("number of resource " + id + " on host " + self.hostId())
        .isEqualTo(world.latest(id));
    if (mode != LockMode.PR) {
      cache.put(id, number + 1);
      dirty.put(id, number + 1);
      world.latest.put(id, number + 1);
    }
  }

  Map<Long, LockMode> heldModes() {
    Map<Long, LockMode> modes = new HashMap<>();
    member.engine().forEachHeld(lock -> modes.put(lock.id(), lock.cached()));
    return modes;
  }

  void leave() {
    stopping = true;
    member.leave().whenComplete((done, failure) -> {
      if (failure == null) {
        out = true;
        world.left(this);
      }
    });
  }
}
