package cfs.membership;

import cfs.port.Lane;
import cfs.port.Recovery;
import cfs.port.TaskSpawner;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Runs the journal replays that a view assigns to this host, one at a time, each until it succeeds. Lane only. */
final class Replays {
  private static final long RETRY_NANOS = 1_000_000_000;

  private final Recovery recovery;
  private final TaskSpawner tasks;
  private final Lane lane;
  private final Consumer<Runnable> post;
  private final Runnable onProgress;
  private final Set<Integer> assigned = new TreeSet<>();
  private final Set<Integer> replayed = new TreeSet<>();
  private int running;
  private long failures;
  private boolean stopped;

  /** @param post brings an event from any thread to the lane */
  Replays(Recovery recovery, TaskSpawner tasks, Lane lane, Consumer<Runnable> post, Runnable onProgress) {
    this.recovery = recovery;
    this.tasks = tasks;
    this.lane = lane;
    this.post = post;
    this.onProgress = onProgress;
  }

  /** The slots that the newest view assigns to this host. What is not assigned any more must be replayed again if it ever is. */
  void assign(Set<Integer> slots) {
    assigned.clear();
    assigned.addAll(slots);
    replayed.retainAll(slots);
  }

  /** This slot's host died once more: an earlier replay does not count. */
  void again(int slot) {
    replayed.remove(slot);
  }

  /** Starts the next replay; call only while every member is known to have stopped granting. */
  void start() {
    if (running != 0 || stopped) {
      return;
    }
    for (int slot : assigned) {
      if (!replayed.contains(slot)) {
        run(slot);
        return;
      }
    }
  }

  private void run(int slot) {
    running = slot;
    tasks.spawn("cfs-replay", () -> {
      boolean done = false;
      try {
        recovery.replay(slot);
        done = true;
      } finally {
        boolean success = done;
        post.accept(() -> finished(slot, success));
      }
    });
  }

  private void finished(int slot, boolean success) {
    if (success) {
      running = 0;
      replayed.add(slot);
      onProgress.run();
    } else {
      failures++;
      lane.after(RETRY_NANOS, () -> post.accept(() -> {
        running = 0;
        onProgress.run();
      }));
    }
  }

  Set<Integer> replayed() {
    return replayed;
  }

  int running() {
    return running;
  }

  long failures() {
    return failures;
  }

  void stop() {
    stopped = true;
  }
}
