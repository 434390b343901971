package cfs.membership;

import static org.assertj.core.api.Assertions.assertThat;

import cfs.port.Coordinator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** The consistent store of a simulated cluster: values with versions, sessions that expire, unreliable watches. */
final class SimStore {
  static final long SESSION_NANOS = 2_000_000_000L;

  private record Value(byte[] bytes, int version, Session owner) {}

  private final SimWorld world;
  private final TreeMap<String, Value> values = new TreeMap<>();
  private final List<Session> sessions = new ArrayList<>();
  BiConsumer<View, View> onView = (before, after) -> {};

  SimStore(SimWorld world) {
    this.world = world;
  }

  View view() {
    Value value = values.get("/view");
    return value == null ? View.NONE : View.fromBytes(value.bytes);
  }

  Session connect(SimHost host) {
    Session session = new Session(host);
    sessions.add(session);
    return session;
  }

  private void changed(String path) {
    for (Session session : sessions) {
      if (!world.loop.chance(world.faults.watchLoss)) {
        session.toClient(() -> session.onChange.accept(path));
      }
    }
  }

  private void put(String path, byte[] bytes, Session owner) {
    Value old = values.get(path);
    if (path.equals("/view")) {
      onView.accept(view(), View.fromBytes(bytes));
    }
    values.put(path, new Value(bytes.clone(), old == null ? 0 : old.version + 1, owner));
    changed(path);
  }

  /** One host's session; also its client side. */
  final class Session implements Coordinator {
    private final SimHost host;
    private Consumer<Coordinator.Session> onState = state -> {};
    private Consumer<String> onChange = path -> {};
    private Coordinator.Session state = Coordinator.Session.SUSPENDED;
    private long contactNanos;
    private boolean expired;
    private boolean closed;
    boolean cut;

    Session(SimHost host) {
      this.host = host;
      contactNanos = world.loop.nanoTime();
    }

    @Override
    public void start(Consumer<Coordinator.Session> onSession, Consumer<String> change) {
      onState = onSession;
      onChange = change;
      ping();
      watchdog();
    }

    private void ping() {
      if (closed || !host.alive) {
        return;
      }
      world.loop.at(SESSION_NANOS / 5, this::ping);
      if (host.paused) {
        return;
      }
      if (cut) {
        world.loop.at(SESSION_NANOS / 10, () -> {
          if (cut && state == Coordinator.Session.CONNECTED) {
            tell(Coordinator.Session.SUSPENDED);
          }
        });
      } else if (expired) {
        // As Curator does: the client hears of the loss when it gets through again, then has a new session.
        tell(Coordinator.Session.LOST);
        expired = false;
        contactNanos = world.loop.nanoTime();
        watchdog();
      } else {
        contactNanos = world.loop.nanoTime();
        tell(Coordinator.Session.CONNECTED);
      }
    }

    /** The store's own clock: expires the session of whoever was not heard for the timeout. */
    private void watchdog() {
      if (expired) {
        return;
      }
      if (closed || world.loop.nanoTime() - contactNanos > SESSION_NANOS) {
        expired = true;
        List.copyOf(values.keySet()).stream().filter(path -> values.get(path).owner == this).forEach(path -> {
          values.remove(path);
          changed(path);
        });
        return;
      }
      world.loop.at(SESSION_NANOS / 10, this::watchdog);
    }

    private void tell(Coordinator.Session next) {
      if (state != next) {
        state = next;
        toClient(() -> onState.accept(next));
      }
    }

    private void toClient(Runnable event) {
      if (!cut) {
        world.loop.at(world.loop.upTo(world.faults.storeDelayNanos), () -> host.onLane(() -> {
          if (!closed) {
            event.run();
          }
        }));
      } else if (state != Coordinator.Session.CONNECTED) {
        host.onLane(event);
      }
    }

    /** Now and then much longer, so that the steps of two hosts interleave in every way. */
    private long delay() {
      return world.loop.upTo(world.faults.storeDelayNanos) * (world.loop.chance(0.1) ? 5 : 1);
    }

    /** Runs at the store after a delay, answers after another; null answers when the connection is broken. */
    private <T> void ask(java.util.function.Supplier<T> atStore, T broken, Consumer<T> answer) {
      boolean unknown = cut || world.loop.chance(world.faults.storeUnknown);
      boolean applies = !cut && (!unknown || world.loop.chance(0.5));
      // A request whose answer is lost may take effect long after the client was told so.
      long there = (unknown ? 8 : 1) * delay();
      if (applies) {
        world.loop.at(there, () -> {
          T result = expired ? broken : atStore.get();
          if (!expired) {
            contactNanos = world.loop.nanoTime();
          }
          if (!unknown) {
            world.loop.at(delay(), () -> host.onLane(() -> answer.accept(cut ? broken : result)));
          }
        });
      }
      if (unknown) {
        world.loop.at(world.loop.upTo(world.faults.storeDelayNanos),
            () -> host.onLane(() -> answer.accept(broken)));
      }
    }

    @Override
    public void read(String path, Consumer<Versioned> answer) {
      ask(() -> {
        Value value = values.get(path);
        return value == null ? new Versioned(null, -1) : new Versioned(value.bytes, value.version);
      }, null, answer);
    }

    @Override
    public void children(String path, Consumer<Map<String, byte[]>> answer) {
      ask(() -> {
        Map<String, byte[]> found = new LinkedHashMap<>();
        values.forEach((name, value) -> {
          if (name.startsWith(path + "/")) {
            found.put(name.substring(path.length() + 1), value.bytes);
          }
        });
        return found;
      }, null, answer);
    }

    @Override
    public void compareAndSet(String path, int expectedVersion, byte[] value, Consumer<Outcome> answer) {
      ask(() -> {
        Value old = values.get(path);
        if ((old == null ? -1 : old.version) != expectedVersion) {
          return Outcome.CONFLICT;
        }
        put(path, value, null);
        return Outcome.DONE;
      }, Outcome.UNKNOWN, answer);
    }

    @Override
    public void announce(String path, byte[] value, Consumer<Outcome> answer) {
      ask(() -> {
        Value old = values.get(path);
        if (old != null) {
          return old.owner == this && Arrays.equals(old.bytes, value) ? Outcome.DONE : Outcome.CONFLICT;
        }
        assertThat(expired).isFalse();
        put(path, value, this);
        return Outcome.DONE;
      }, Outcome.UNKNOWN, answer);
    }

    @Override
    public long sessionTimeoutNanos() {
      return SESSION_NANOS;
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
