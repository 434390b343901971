package cfs.membership;

import cfs.port.Clock;
import cfs.port.Coordinator;
import cfs.port.Lane;
import cfs.port.Recovery;
import cfs.port.TaskSpawner;
import cfs.port.Transport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Members in one process on real threads: a lane each, a loop-back network that may lose and repeat frames, a store in memory.
 */
public final class ThreadedCluster implements AutoCloseable {
  private final Map<Integer, Transport.Receiver> receivers = new ConcurrentHashMap<>();
  private final Map<String, Coordinator.Versioned> values = new TreeMap<>();
  private final List<Consumer<String>> watchers = new CopyOnWriteArrayList<>();
  private final List<ScheduledExecutorService> lanes = new ArrayList<>();
  private final ExecutorService tasks = Executors.newCachedThreadPool();

  private final Map<Integer, ScheduledExecutorService> laneOf = new ConcurrentHashMap<>();
  private final AtomicLong frames = new AtomicLong();

  /** Of 1000 frames so many are lost, and as many arrive twice. */
  private final int faultPermille;

  ThreadedCluster() {
    this(0);
  }

  public ThreadedCluster(int faultPermille) {
    this.faultPermille = faultPermille;
  }

  static final Clock CLOCK = new Clock() {
    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public long wallNanos() {
      return System.currentTimeMillis() * 1_000_000;
    }
  };

  Member boot(int id) throws Exception {
    Member member = member(id, slot -> {});
    member.join().get(10, TimeUnit.SECONDS);
    return member;
  }

  /** The process is gone: its lane, its connections and, as if its session had expired, its announcement. */
  public void kill(int id) {
    ScheduledExecutorService lane = laneOf.remove(id);
    if (lane != null) {
      lane.shutdownNow();
    }
    receivers.remove(id);
    synchronized (values) {
      values.remove("/hosts/" + id);
      watchers.forEach(watcher -> watcher.accept("/hosts/" + id));
    }
  }

  /** A host that has not joined yet. */
  public Member member(int id, Recovery recovery) {
    ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
    lanes.add(executor);
    laneOf.put(id, executor);
    Lane lane = new Lane() {
      @Override
      public void post(Runnable event) {
        if (laneOf.get(id) == executor) {
          executor.execute(event);
        }
      }

      @Override
      public Timer after(long delayNanos, Runnable event) {
        boolean[] cancelled = new boolean[1];
        ScheduledFuture<?> future = executor.schedule(() -> {
          if (!cancelled[0]) {
            event.run();
          }
        }, delayNanos, TimeUnit.NANOSECONDS);
        return () -> {
          cancelled[0] = true;
          future.cancel(false);
        };
      }
    };
    return new Member(new HostRecord(id, System.nanoTime(), "loop:" + id, ""), new Memory(lane, id),
        new LoopBack(id), lane, CLOCK, spawner(), (host, verified) -> verified.accept(true), recovery,
        why -> {});
  }

  private TaskSpawner spawner() {
    return new TaskSpawner() {
      @Override
      public void spawn(String name, Runnable task) {
        tasks.execute(task);
      }

      @Override
      public Lane.Timer every(String name, long periodNanos, Runnable task) {
        throw new UnsupportedOperationException();
      }
    };
  }

  @Override
  public void close() {
    lanes.forEach(ScheduledExecutorService::shutdownNow);
    tasks.shutdownNow();
  }

  private final class LoopBack implements Transport {
    private final int self;

    LoopBack(int self) {
      this.self = self;
    }

    @Override
    public void start(Receiver receiver) {
      receivers.put(self, receiver);
    }

    @Override
    public void peers(Map<Integer, String> addresses) {}

    @Override
    public void send(int toHost, ByteBuffer frame) {
      Receiver receiver = receivers.get(toHost);
      // A fixed pattern of numbers, so that a run's faults depend on nothing but the order of its frames.
      long fate = (frames.incrementAndGet() * 0x9e3779b97f4a7c15L >>> 33) % 1000;
      if (receiver != null && fate >= faultPermille) {
        receiver.onFrame(self, frame.duplicate().order(frame.order()));
        if (fate >= 1000 - faultPermille) {
          receiver.onFrame(self, frame.duplicate().order(frame.order()));
        }
      }
    }

    @Override
    public void close() {
      receivers.remove(self);
    }
  }

  private final class Memory implements Coordinator {
    private final Lane lane;
    private final String own;

    Memory(Lane lane, int id) {
      this.lane = lane;
      this.own = "/hosts/" + id;
    }

    @Override
    public void start(Consumer<Session> onSession, Consumer<String> onChange) {
      watchers.add(path -> lane.post(() -> onChange.accept(path)));
      lane.post(() -> onSession.accept(Session.CONNECTED));
    }

    @Override
    public void read(String path, Consumer<Versioned> answer) {
      synchronized (values) {
        Versioned found = values.getOrDefault(path, new Versioned(null, -1));
        lane.post(() -> answer.accept(found));
      }
    }

    @Override
    public void children(String path, Consumer<Map<String, byte[]>> answer) {
      synchronized (values) {
        Map<String, byte[]> found = new TreeMap<>();
        values.forEach((name, value) -> {
          if (name.startsWith(path + "/")) {
            found.put(name.substring(path.length() + 1), value.value());
          }
        });
        lane.post(() -> answer.accept(found));
      }
    }

    @Override
    public void compareAndSet(String path, int expectedVersion, byte[] value, Consumer<Outcome> answer) {
      synchronized (values) {
        boolean matches = values.getOrDefault(path, new Versioned(null, -1)).version() == expectedVersion;
        if (matches) {
          values.put(path, new Versioned(value, expectedVersion + 1));
          watchers.forEach(watcher -> watcher.accept(path));
        }
        lane.post(() -> answer.accept(matches ? Outcome.DONE : Outcome.CONFLICT));
      }
    }

    @Override
    public void announce(String path, byte[] value, Consumer<Outcome> answer) {
      compareAndSet(path, -1, value, answer);
    }

    @Override
    public long sessionTimeoutNanos() {
      return 10_000_000_000L;
    }

    @Override
    public void close() {
      synchronized (values) {
        values.remove(own);
        watchers.forEach(watcher -> watcher.accept(own));
      }
    }
  }
}
