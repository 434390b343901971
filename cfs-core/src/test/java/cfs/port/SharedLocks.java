package cfs.port;

import java.util.HashMap;
import java.util.Map;

/**
 * Cluster locks of several hosts in one process, without messages: one monitor decides everything. For tests of what is above
 * the port; the lock protocol has tests of its own.
 */
public final class SharedLocks {
  private final Map<String, Map<Integer, Held>> resources = new HashMap<>();
  private final Map<Integer, Host> hosts = new HashMap<>();
  private boolean frozen;

  /** One host's share in one resource. */
  private static final class Held {
    LockMode mode = LockMode.NL;
    final int[] pins = new int[LockMode.values().length];
    boolean demoting;
    LockMode wanted = LockMode.NL;

    boolean pinnedAgainst(LockMode other) {
      for (LockMode m : LockMode.values()) {
        if (pins[m.ordinal()] > 0 && !m.compatibleWith(other)) {
          return true;
        }
      }
      return false;
    }

    boolean pinned() {
      return pinnedAgainst(LockMode.EX);
    }
  }

  public synchronized LockSpace host(int id) {
    Host host = new Host(id);
    hosts.put(id, host);
    return host;
  }

  /** The host is gone without a word; its locks stay until {@link #recovered}. */
  public synchronized void kill(int id) {
    hosts.remove(id);
    frozen = true;
  }

  public synchronized void recovered(int id) {
    resources.values().forEach(r -> r.remove(id));
    frozen = false;
    notifyAll();
  }

  public final class Host implements LockSpace {
    private final int id;
    private Demotion demotion = (lock, from, to) -> {};

    Host(int id) {
      this.id = id;
    }

    @Override
    public void onDemotion(Demotion d) {
      demotion = d;
    }

    @Override
    public ClusterLock lock(ResourceKind kind, long number) {
      return new Lock(this, kind, number);
    }

    @Override
    public boolean heldByLiveHost(ResourceKind kind, long number) {
      synchronized (SharedLocks.this) {
        return resources.getOrDefault(kind + ":" + number, Map.of()).entrySet().stream()
            .anyMatch(e -> hosts.containsKey(e.getKey()) && e.getValue().mode != LockMode.NL);
      }
    }

    @Override
    public void close() {}
  }

  private final class Lock implements ClusterLock {
    private final Host host;
    private final ResourceKind kind;
    private final long number;

    Lock(Host host, ResourceKind kind, long number) {
      this.host = host;
      this.kind = kind;
      this.number = number;
    }

    private Map<Integer, Held> all() {
      return resources.computeIfAbsent(kind + ":" + number, k -> new HashMap<>());
    }

    private Held mine() {
      return all().computeIfAbsent(host.id, k -> new Held());
    }

    @Override
    public ResourceKind kind() {
      return kind;
    }

    @Override
    public long id() {
      return number;
    }

    @Override
    public void acquire(LockMode mode) {
      acquire(mode, Long.MAX_VALUE);
    }

    @Override
    public boolean acquire(LockMode mode, long timeoutNanos) {
      long end = System.nanoTime() + Math.min(timeoutNanos, Long.MAX_VALUE / 2);
      synchronized (SharedLocks.this) {
        while (true) {
          if (!hosts.containsValue(host)) {
            throw new cfs.error.FencedException("killed by the test");
          }
          Held mine = mine();
          if (!mine.demoting && mine.mode.covers(mode) && mine.wanted == LockMode.NL) {
            mine.pins[mode.ordinal()]++;
            return true;
          }
          if (!mine.demoting && !mine.mode.covers(mode) && !frozen && askOthers(mode)) {
            boolean mixed = mine.pinned() || mine.mode == LockMode.CW && mode == LockMode.PR;
            mine.mode = mixed && !mode.covers(mine.mode) ? LockMode.EX : mode;
            if (mine.mode == mode || askOthers(LockMode.EX)) {
              mine.wanted = LockMode.NL;
              mine.pins[mode.ordinal()]++;
              return true;
            }
          }
          if (mine.wanted != LockMode.NL && !mine.demoting) {
            demote(mine, mine.wanted);
          }
          if (System.nanoTime() >= end) {
            return false;
          }
          pause(5);
        }
      }
    }

    /** Whether nobody stands in the way; whoever does is asked to let go. */
    private boolean askOthers(LockMode mode) {
      boolean free = true;
      for (Map.Entry<Integer, Held> e : all().entrySet()) {
        if (e.getKey() != host.id && !e.getValue().mode.compatibleWith(mode)) {
          free = false;
          e.getValue().wanted = mode;
          Host other = hosts.get(e.getKey());
          if (other != null && !e.getValue().demoting) {
            new Lock(other, kind, number).demote(e.getValue(), mode);
          }
        }
      }
      return free;
    }

    private void demote(Held held, LockMode wanted) {
      if (held.pinnedAgainst(wanted) || held.mode.compatibleWith(wanted)) {
        if (held.mode.compatibleWith(wanted)) {
          held.wanted = LockMode.NL;
        }
        return;
      }
      LockMode to = wanted == LockMode.PR && held.mode == LockMode.EX
          ? LockMode.PR
          : wanted == LockMode.CW && held.mode == LockMode.EX ? LockMode.CW : LockMode.NL;
      held.demoting = true;
      LockMode from = held.mode;
      Thread.ofPlatform().daemon().start(() -> {
        host.demotion.demote(this, from, to);
        synchronized (SharedLocks.this) {
          held.mode = to;
          held.demoting = false;
          held.wanted = LockMode.NL;
          SharedLocks.this.notifyAll();
        }
      });
    }

    private void pause(long millis) {
      try {
        SharedLocks.this.wait(millis);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public boolean tryAcquire(LockMode mode) {
      synchronized (SharedLocks.this) {
        Held mine = mine();
        if (mine.demoting || mine.wanted != LockMode.NL || !mine.mode.covers(mode)) {
          return false;
        }
        mine.pins[mode.ordinal()]++;
        return true;
      }
    }

    @Override
    public void release(LockMode mode) {
      synchronized (SharedLocks.this) {
        mine().pins[mode.ordinal()]--;
        if (mine().pins[mode.ordinal()] < 0) {
          throw new IllegalStateException("released more often than acquired: " + kind + " " + number);
        }
        SharedLocks.this.notifyAll();
      }
    }

    @Override
    public LockMode cached() {
      synchronized (SharedLocks.this) {
        return mine().mode;
      }
    }

    @Override
    public void drop() {
      synchronized (SharedLocks.this) {
        Held mine = mine();
        if (!mine.pinned() && !mine.demoting && mine.mode != LockMode.NL) {
          demote(mine, LockMode.EX);
        }
      }
    }
  }
}
