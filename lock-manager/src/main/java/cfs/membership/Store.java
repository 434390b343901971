package cfs.membership;

import cfs.port.Clock;
import cfs.port.Coordinator;
import cfs.port.Coordinator.Outcome;
import cfs.port.Coordinator.Session;
import cfs.port.Coordinator.Versioned;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What membership keeps at the coordinator: "/view" and "/hosts/&lt;id&gt;". Lane only.
 *
 * <p>A picture of both is taken as view, hosts, view: only when the view did not change meanwhile is a member that has no
 * announcement really gone. With hosts read first, a host that joins in between would look dead; with hosts read last, one
 * that left cleanly would.
 */
final class Store {
  /** A view, its version at the store, and who was announced while it held. */
  record Picture(View view, int version, SortedMap<Integer, HostRecord> announced) {}

  private static final String VIEW = "/view";
  private static final String HOSTS = "/hosts";
  /** Reads of one picture before it waits for the next change or heartbeat. */
  private static final int MAX_TRIES = 5;

  private final Coordinator coordinator;
  private final Clock clock;
  private final Consumer<Runnable> turn;
  private final LongConsumer onContact;
  private final Consumer<Picture> onPicture;
  private Session session = Session.SUSPENDED;
  /** Counts session changes: an answer proves contact only when there was none since the question. */
  private long sessionChanges;
  private boolean taking;
  private boolean takeAgain;
  private int heartbeatsOpen;
  private @Nullable String problem;

  /**
   * @param turn wraps an event that the coordinator delivers on the lane
   * @param onContact hears the time at which something was sent that the store answered
   */
  Store(Coordinator coordinator, Clock clock, Consumer<Runnable> turn, LongConsumer onContact,
      Consumer<Picture> onPicture) {
    this.coordinator = coordinator;
    this.clock = clock;
    this.turn = turn;
    this.onContact = onContact;
    this.onPicture = onPicture;
  }

  void start(Consumer<Session> onSession) {
    coordinator.start(state -> turn.accept(() -> {
      session = state;
      sessionChanges++;
      onSession.accept(state);
    }), path -> turn.accept(this::look));
  }

  boolean connected() {
    return session == Session.CONNECTED;
  }

  /** Takes a picture; one at a time, and one more if asked meanwhile. */
  void look() {
    if (!connected()) {
      return;
    }
    if (taking) {
      takeAgain = true;
      return;
    }
    taking = true;
    takeAgain = false;
    take(MAX_TRIES);
  }

  private void take(int tries) {
    read(before -> hosts(announced -> read(after -> {
      if (before == null || announced == null || after == null) {
        taken(null);
      } else if (before.version() == after.version()) {
        taken(picture(after, announced));
      } else if (tries > 1) {
        take(tries - 1);
      } else {
        takeAgain = false;
        taken(null);
      }
    })));
  }

  private void taken(@Nullable Picture picture) {
    taking = false;
    if (picture != null) {
      onPicture.accept(picture);
    }
    if (takeAgain) {
      look();
    }
  }

  /** Null when anything there cannot be understood: then nobody is judged by it, and the status shows why. */
  private @Nullable Picture picture(Versioned view, Map<String, byte[]> announced) {
    try {
      SortedMap<Integer, HostRecord> hosts = new TreeMap<>();
      announced.forEach((name, value) -> {
        HostRecord host = HostRecord.fromLine(new String(value, StandardCharsets.UTF_8));
        if (!name.equals(Integer.toString(host.hostId()))) {
          throw new IllegalArgumentException(HOSTS + "/" + name + " announces host " + host.hostId());
        }
        hosts.put(host.hostId(), host);
      });
      byte[] value = view.value();
      problem = null;
      return new Picture(value == null ? View.NONE : View.fromBytes(value), view.version(), hosts);
    } catch (IllegalArgumentException | IllegalStateException notOurs) {
      problem = notOurs.getMessage();
      return null;
    }
  }

  /** Proves contact and tells the version of the view; null when the store did not answer. */
  void heartbeat(Consumer<@Nullable Integer> version) {
    if (heartbeatsOpen >= 4) {
      return;
    }
    heartbeatsOpen++;
    read(view -> {
      heartbeatsOpen--;
      version.accept(view == null ? null : view.version());
    });
  }

  private void read(Consumer<@Nullable Versioned> answer) {
    coordinator.read(VIEW, proven(answer));
  }

  private void hosts(Consumer<@Nullable Map<String, byte[]>> answer) {
    coordinator.children(HOSTS, proven(answer));
  }

  private <T> Consumer<@Nullable T> proven(Consumer<@Nullable T> answer) {
    long sentNanos = clock.nanoTime();
    long changesAtSend = sessionChanges;
    boolean connectedAtSend = connected();
    return value -> turn.accept(() -> {
      if (value != null && connectedAtSend && changesAtSend == sessionChanges) {
        onContact.accept(sentNanos);
      }
      answer.accept(value);
    });
  }

  void change(int version, View next, Consumer<Outcome> answer) {
    coordinator.compareAndSet(VIEW, version, next.toBytes(),
        outcome -> turn.accept(() -> answer.accept(outcome)));
  }

  /** Answers whether this run's announcement is there now. */
  void announce(HostRecord self, Consumer<Boolean> answer) {
    String path = HOSTS + "/" + self.hostId();
    byte[] line = self.toLine().getBytes(StandardCharsets.UTF_8);
    coordinator.announce(path, line, outcome -> turn.accept(() -> {
      if (outcome == Outcome.DONE) {
        answer.accept(true);
      } else {
        // A run has one session only, so our own line can only be this session's.
        coordinator.read(path, found -> turn.accept(() -> answer
            .accept(found != null && Arrays.equals(found.value(), line))));
      }
    }));
  }

  @Nullable
  String problem() {
    return problem;
  }

  void close() {
    coordinator.close();
  }
}
