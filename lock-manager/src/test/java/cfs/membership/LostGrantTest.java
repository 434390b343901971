package cfs.membership;

import static org.assertj.core.api.Assertions.assertThat;

import cfs.error.FsException;
import cfs.lock.HostLock;
import cfs.lock.LockEngine;
import cfs.lock.LockOutcome;
import cfs.port.Lane;
import cfs.port.LockMode;
import cfs.port.ResourceKind;
import cfs.port.TaskSpawner;
import cfs.port.Transport;
import cfs.wire.Frame;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Two hosts and a network in the test's hands, for what random faults meet too rarely. */
class LostGrantTest {
  private static final long SECOND = 1_000_000_000L;

  private final SimLoop loop = new SimLoop(1);
  private final Map<Integer, LockEngine> engines = new TreeMap<>();
  private final List<byte[]> fromSecond = new ArrayList<>();
  private boolean cutToSecond;

  LostGrantTest() {
    engines.put(1, engine(1));
    engines.put(2, engine(2));
    engines.values().forEach(engine -> engine.turn(() -> engine.enter(1, Map.of(1, 1L, 2, 2L), false)));
    run(SECOND);
  }

  @Test
  void lostGrantOfAForgottenRequestIsTakenBackWhenSomebodyElseWaits() {
    long id = masteredByFirst();
    HostLock ours = lock(1, id);
    HostLock theirs = lock(2, id);
    assertThat(acquire(ours, LockMode.EX, Long.MAX_VALUE)).isEqualTo("pinned");
    assertThat(acquire(theirs, LockMode.PR, SECOND / 100)).isEqualTo("timed out");
    run(SECOND);
    assertThat(engines.get(2).status().quiet()).isTrue();
    assertThat(engines.get(2).status().known()).isZero();
    // A repeat of the cancelled request was on its way for long; the grant that answers it is lost.
    cutToSecond = true;
    byte[] request = fromSecond.stream().filter(LostGrantTest::isRequest).findFirst().orElseThrow();
    deliver(2, 1, request);
    ours.release(LockMode.EX);
    run(SECOND);
    assertThat(ours.cached()).isEqualTo(LockMode.PR);
    cutToSecond = false;
    assertThat(acquire(ours, LockMode.EX, Long.MAX_VALUE)).isEqualTo("pinned");
    assertThat(theirs.cached()).isEqualTo(LockMode.NL);
  }

  @Test
  void oldDownDoesNotTakeANewGrantAway() {
    long id = masteredByFirst();
    HostLock theirs = lock(2, id);
    assertThat(acquire(theirs, LockMode.EX, Long.MAX_VALUE)).isEqualTo("pinned");
    theirs.release(LockMode.EX);
    theirs.drop();
    run(SECOND);
    byte[] down = fromSecond.getLast();
    HostLock again = lock(2, id);
    assertThat(acquire(again, LockMode.EX, Long.MAX_VALUE)).isEqualTo("pinned");
    deliver(2, 1, down);
    assertThat(acquire(lock(1, id), LockMode.PR, SECOND)).isEqualTo("timed out");
  }

  private long masteredByFirst() {
    for (long id = 0;; id++) {
      int before = engines.get(1).status().mastered();
      HostLock probe = lock(1, id);
      acquire(probe, LockMode.CR, Long.MAX_VALUE);
      boolean here = engines.get(1).status().mastered() > before;
      probe.release(LockMode.CR);
      probe.drop();
      run(SECOND);
      if (here) {
        fromSecond.clear();
        return id;
      }
    }
  }

  private HostLock lock(int host, long id) {
    return (HostLock) engines.get(host).space().lock(ResourceKind.INODE, id);
  }

  private String acquire(HostLock lock, LockMode mode, long timeoutNanos) {
    String[] outcome = {"waits"};
    lock.acquire(mode, timeoutNanos, new LockOutcome() {
      @Override
      public void pinned() {
        outcome[0] = "pinned";
      }

      @Override
      public void timedOut() {
        outcome[0] = "timed out";
      }

      @Override
      public void refused(FsException why) {
        outcome[0] = "refused";
      }
    });
    run(3 * SECOND);
    return outcome[0];
  }

  private static boolean isRequest(byte[] frame) {
    return frame[24] == 1;
  }

  private void deliver(int from, int to, byte[] frame) {
    Frame decoded = Frame.decode(ByteBuffer.wrap(frame));
    loop.at(1_000, () -> engines.get(to).turn(() -> engines.get(to).onFrame(from, decoded)));
    run(SECOND);
  }

  private void run(long nanos) {
    boolean[] over = new boolean[1];
    loop.at(nanos, () -> over[0] = true);
    while (!over[0]) {
      loop.step();
    }
  }

  private LockEngine engine(int id) {
    Lane lane = new Lane() {
      @Override
      public void post(Runnable event) {
        loop.at(0, event);
      }

      @Override
      public Timer after(long delayNanos, Runnable event) {
        boolean[] cancelled = new boolean[1];
        loop.at(delayNanos, () -> {
          if (!cancelled[0]) {
            event.run();
          }
        });
        return () -> cancelled[0] = true;
      }
    };
    TaskSpawner tasks = new TaskSpawner() {
      @Override
      public void spawn(String name, Runnable task) {
        loop.at(1_000, task);
      }

      @Override
      public Lane.Timer every(String name, long periodNanos, Runnable task) {
        throw new UnsupportedOperationException();
      }
    };
    Transport transport = new Transport() {
      @Override
      public void start(Receiver receiver) {}

      @Override
      public void peers(Map<Integer, String> addresses) {}

      @Override
      public void send(int toHost, ByteBuffer frame) {
        byte[] copy = new byte[frame.remaining()];
        frame.duplicate().get(copy);
        if (id == 2) {
          fromSecond.add(copy);
        }
        if (toHost != 2 || !cutToSecond) {
          Frame decoded = Frame.decode(ByteBuffer.wrap(copy));
          loop.at(1_000, () -> engines.get(toHost).turn(() -> engines.get(toHost).onFrame(id, decoded)));
        }
      }

      @Override
      public void close() {}
    };
    return new LockEngine(id, id, lane, loop, tasks, transport, () -> {}, why -> {}, () -> {});
  }
}
