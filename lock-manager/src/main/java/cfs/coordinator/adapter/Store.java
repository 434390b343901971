package cfs.coordinator.adapter;

import cfs.port.Coordinator.Outcome;
import cfs.port.Coordinator.Versioned;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.jspecify.annotations.Nullable;

/**
 * The calls on one ZooKeeper session, asynchronous, each answered exactly once on ZooKeeper's event thread.
 *
 * <p>These go past Curator's retries on purpose: a repeated compare-and-set whose first attempt had succeeded would be
 * told CONFLICT. A broken connection is answered UNKNOWN (or null) at once, and the protocol reads to find out. Reads are
 * preceded by a sync in the same session, since a follower may be behind the write that one wants to find out about.
 */
final class Store {
  private static final Versioned ABSENT = new Versioned(null, -1);
  private static final byte[] NOTHING = {};

  private final ZooKeeper session;
  private final List<ACL> acl;

  Store(ZooKeeper session, List<ACL> acl) {
    this.session = session;
    this.acl = acl;
  }

  void read(String path, Consumer<@Nullable Versioned> answer) {
    session.sync(path, (code, synced, context) -> {}, null);
    session.getData(path, false, (code, read, context, bytes, stat) -> answer.accept(switch (Code.get(code)) {
      case OK -> new Versioned(bytes == null ? NOTHING : bytes, stat.getVersion());
      case NONODE -> ABSENT;
      default -> null;
    }), null);
  }

  void children(String path, Consumer<@Nullable Map<String, byte[]>> answer) {
    session.sync(path, (code, synced, context) -> {}, null);
    session.getChildren(path, false, (code, read, context, names) -> {
      switch (Code.get(code)) {
        case OK -> values(path, names, answer);
        case NONODE -> answer.accept(Map.of());
        default -> answer.accept(null);
      }
    }, null);
  }

  /** Callbacks of one session come one after the other, so the map and the flag need no lock. */
  private void values(String path, List<String> names, Consumer<@Nullable Map<String, byte[]>> answer) {
    if (names.isEmpty()) {
      answer.accept(Map.of());
      return;
    }
    Map<String, byte[]> values = new HashMap<>();
    AtomicInteger missing = new AtomicInteger(names.size());
    boolean[] unreachable = {false};
    for (String name : names) {
      session.getData(path + "/" + name, false, (code, read, context, bytes, stat) -> {
        switch (Code.get(code)) {
          case OK -> values.put(name, bytes == null ? NOTHING : bytes);
          case NONODE -> values.remove(name);
          default -> unreachable[0] = true;
        }
        if (missing.decrementAndGet() == 0) {
          answer.accept(unreachable[0] ? null : values);
        }
      }, null);
    }
  }

  void compareAndSet(String path, int expectedVersion, byte[] value, Consumer<Outcome> answer) {
    if (expectedVersion == -1) {
      create(path, value, CreateMode.PERSISTENT, true, code -> answer.accept(outcome(code)));
    } else {
      session.setData(path, value, expectedVersion,
          (code, written, context, stat) -> answer.accept(outcome(Code.get(code))), null);
    }
  }

  /** A value that this very session announced before, in a call whose answer was lost, counts as announced. */
  void announce(String path, byte[] value, Consumer<Outcome> answer) {
    create(path, value, CreateMode.EPHEMERAL, true, code -> {
      if (code == Code.NODEEXISTS) {
        announceAgain(path, value, answer);
      } else {
        answer.accept(outcome(code));
      }
    });
  }

  private void announceAgain(String path, byte[] value, Consumer<Outcome> answer) {
    session.exists(path, false, (code, found, context, stat) -> {
      if (Code.get(code) == Code.OK && stat.getEphemeralOwner() == session.getSessionId()) {
        session.setData(path, value, stat.getVersion(),
            (set, written, ignored, after) -> answer.accept(outcome(Code.get(set))), null);
      } else {
        Code known = Code.get(code);
        answer.accept(known == Code.OK || known == Code.NONODE ? Outcome.CONFLICT : outcome(known));
      }
    }, null);
  }

  /** Makes missing parents once; they are empty and stay, so making them twice does no harm. */
  private void create(String path, byte[] value, CreateMode mode, boolean mayMakeParents,
      Consumer<Code> answer) {
    session.create(path, value, acl, mode, (code, asked, context, created) -> {
      int slash = path.lastIndexOf('/');
      if (Code.get(code) == Code.NONODE && mayMakeParents && slash > 0) {
        create(path.substring(0, slash), NOTHING, CreateMode.PERSISTENT, true, parent -> {
          if (parent == Code.OK || parent == Code.NODEEXISTS) {
            create(path, value, mode, false, answer);
          } else {
            answer.accept(parent);
          }
        });
      } else {
        answer.accept(Code.get(code));
      }
    }, null);
  }

  private static Outcome outcome(Code code) {
    return switch (code) {
      case OK -> Outcome.DONE;
      case NODEEXISTS, BADVERSION, NONODE -> Outcome.CONFLICT;
      default -> Outcome.UNKNOWN;
    };
  }

  static List<ACL> open() {
    return ZooDefs.Ids.OPEN_ACL_UNSAFE;
  }
}
