package cfs.runtime.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cfs.port.Lane;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PlatformTasksTest {
  private final Failures failures = new Failures();
  private final PlatformTasks tasks = new PlatformTasks(3, failures);

  @AfterEach
  void closeTasks() {
    tasks.close();
  }

  @Test
  void tasksRunSideBySideOnNamedDaemonThreads() throws InterruptedException {
    CountDownLatch together = new CountDownLatch(3);
    BlockingQueue<String> names = new LinkedBlockingQueue<>();
    for (int i = 0; i < 3; i++) {
      tasks.spawn("demote", () -> {
        together.countDown();
        try {
          together.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        names.add(Thread.currentThread().getName() + " " + Thread.currentThread().isDaemon());
      });
    }
    for (int i = 0; i < 3; i++) {
      assertThat(names.poll(20, TimeUnit.SECONDS)).isEqualTo("cfs-demote true");
    }
  }

  @Test
  void failureIsCountedAndTheNextTaskRuns() throws InterruptedException {
    for (int i = 0; i < 5; i++) {
      tasks.spawn("broken", () -> {
        throw new IllegalStateException("broken");
      });
    }
    CountDownLatch next = new CountDownLatch(1);
    tasks.spawn("next", next::countDown);
    assertThat(next.await(20, TimeUnit.SECONDS)).isTrue();
    while (failures.count() < 5) {
      Thread.onSpinWait();
    }
  }

  @Test
  void periodicTaskRunsAgainAfterAFailureUntilCancelled() throws InterruptedException {
    Semaphore ran = new Semaphore(0);
    AtomicInteger runs = new AtomicInteger();
    Lane.Timer timer = tasks.every("checkpoint", 1_000_000, () -> {
      runs.incrementAndGet();
      ran.release();
      throw new IllegalStateException("broken");
    });
    assertThat(ran.tryAcquire(3, 20, TimeUnit.SECONDS)).isTrue();
    timer.cancel();
    // One run may be under way; the semaphore then tells when it ended. After it there is none.
    ran.tryAcquire(1, 100, TimeUnit.MILLISECONDS);
    int afterCancel = runs.get();
    assertThat(ran.tryAcquire(2, 100, TimeUnit.MILLISECONDS)).isFalse();
    assertThat(runs.get()).isEqualTo(afterCancel);
  }

  @Test
  void spawningAfterCloseIsABug() {
    tasks.close();
    assertThatThrownBy(() -> tasks.spawn("late", () -> {})).isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("late was spawned after close");
  }
}
