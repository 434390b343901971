package cfs.runtime.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cfs.port.Lane;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ExecutorLaneTest {
  private final Failures failures = new Failures();
  private final LanePool pool = new LanePool(2, failures);
  private final ExecutorLane lane = pool.lane("test");

  @AfterEach
  void closePool() {
    pool.close();
  }

  @Test
  void eventsOfEachPosterRunInOrderAndNeverTogether() throws InterruptedException {
    int posters = 4;
    int each = 50_000;
    int[] last = {-1, -1, -1, -1};
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger wrong = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(posters * each);
    for (int poster = 0; poster < posters; poster++) {
      int mine = poster;
      Thread.ofPlatform().daemon().start(() -> {
        for (int i = 0; i < each; i++) {
          int number = i;
          lane.post(() -> {
            if (inside.incrementAndGet() != 1 || last[mine] != number - 1) {
              wrong.incrementAndGet();
            }
            last[mine] = number;
            inside.decrementAndGet();
            done.countDown();
          });
        }
      });
    }
    assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(wrong).hasValue(0);
    assertThat(failures.count()).isZero();
  }

  @Test
  void eventPostedByAnEventRunsAfterIt() throws InterruptedException {
    List<String> order = new ArrayList<>();
    CountDownLatch done = new CountDownLatch(1);
    lane.post(() -> {
      lane.post(() -> {
        order.add("inner");
        done.countDown();
      });
      order.add("outer");
    });
    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(order).containsExactly("outer", "inner");
  }

  @Test
  void busyLaneLeavesThreadsToOthers() throws InterruptedException {
    try (LanePool single = new LanePool(1, failures)) {
      ExecutorLane busy = single.lane("busy");
      CountDownLatch other = new CountDownLatch(1);
      CountDownLatch ended = new CountDownLatch(1);
      busy.post(new Runnable() {
        @Override
        public void run() {
          if (other.getCount() > 0) {
            busy.post(this);
          } else {
            ended.countDown();
          }
        }
      });
      single.lane("other").post(other::countDown);
      assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void timersRunOnTheLaneInOrderOfTheirTime() throws InterruptedException {
    BlockingQueue<String> ran = new LinkedBlockingQueue<>();
    long start = System.nanoTime();
    lane.after(TimeUnit.MILLISECONDS.toNanos(60),
        () -> ran.add("late on " + Thread.currentThread().getName()));
    lane.after(TimeUnit.MILLISECONDS.toNanos(20),
        () -> ran.add("early on " + Thread.currentThread().getName()));
    assertThat(ran.poll(20, TimeUnit.SECONDS)).startsWith("early on cfs-lane");
    assertThat(ran.poll(20, TimeUnit.SECONDS)).startsWith("late on cfs-lane");
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(60));
  }

  /** Even when the timer fired and waits in the queue behind the event that cancels it. */
  @Test
  void timerCancelledOnTheLaneNeverRuns() throws InterruptedException {
    AtomicInteger ran = new AtomicInteger();
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch queued = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    Lane.Timer[] timer = new Lane.Timer[1];
    lane.post(() -> {
      timer[0] = lane.after(1, ran::incrementAndGet);
      started.countDown();
      awaitQuietly(queued);
      timer[0].cancel();
      lane.post(done::countDown);
    });
    started.await();
    while (lane.waiting() < 2) {
      Thread.onSpinWait();
    }
    queued.countDown();
    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(ran).hasValue(0);
  }

  @Test
  void laneStopsAfterAnEventFailedAndOthersGoOn() throws InterruptedException {
    AtomicInteger after = new AtomicInteger();
    lane.post(() -> {
      lane.post(after::incrementAndGet);
      throw new IllegalStateException("broken");
    });
    for (int i = 0; i < 10; i++) {
      CountDownLatch healthy = new CountDownLatch(1);
      pool.lane("other").post(healthy::countDown);
      assertThat(healthy.await(20, TimeUnit.SECONDS)).isTrue();
    }
    while (failures.count() == 0) {
      Thread.onSpinWait();
    }
    lane.post(after::incrementAndGet);
    assertThat(lane.failed()).isTrue();
    assertThat(after).hasValue(0);
    assertThat(failures.count()).isEqualTo(1);
  }

  @Test
  void laneThatDoesNotKeepUpIsABug() {
    CountDownLatch hold = new CountDownLatch(1);
    lane.post(() -> awaitQuietly(hold));
    Runnable nothing = () -> {};
    for (int i = 1; i < ExecutorLane.MAX_WAITING; i++) {
      lane.post(nothing);
    }
    assertThatThrownBy(() -> lane.post(nothing)).isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("test");
    hold.countDown();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
