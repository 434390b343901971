package cfs.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cfs.error.FsError;
import cfs.error.FsException;
import cfs.port.BlockDevice;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FlushGateTest {
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final SlowLun lun = new SlowLun();
  private final FlushGate gate = new FlushGate(lun);

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void everyFlushAsksTheLun() {
    lun.mayFinish.release(2);
    gate.flush();
    gate.flush();
    assertThat(lun.started.get()).isEqualTo(2);
  }

  @Test
  void callersDuringAFlushShareTheNextOne() throws Exception {
    Future<?> first = threads.submit(gate::flush);
    lun.entered.acquire();
    List<Future<?>> later = new ArrayList<>();
    List<Thread> waiting = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      later.add(submitAndAwaitBlocked(waiting));
    }
    assertThat(lun.started.get()).isEqualTo(1);
    lun.mayFinish.release();
    first.get();
    lun.entered.acquire();
    assertThat(later).noneMatch(Future::isDone);
    lun.mayFinish.release();
    for (Future<?> future : later) {
      future.get();
    }
    assertThat(lun.started.get()).isEqualTo(2);
  }

  @Test
  void writeDuringAFlushIsNotTakenForDurable() throws Exception {
    Future<?> first = threads.submit(gate::flush);
    lun.entered.acquire();
    lun.mayFinish.release(2);
    first.get();
    gate.flush();
    assertThat(lun.started.get()).isEqualTo(2);
  }

  @Test
  void failureReachesAllWhoSharedItAndTheNextTriesAgain() throws Exception {
    Future<?> first = threads.submit(gate::flush);
    lun.entered.acquire();
    List<Thread> waiting = new ArrayList<>();
    List<Future<?>> sharing = List.of(submitAndAwaitBlocked(waiting), submitAndAwaitBlocked(waiting));
    lun.mayFinish.release();
    first.get();
    lun.entered.acquire();
    lun.isFailing = true;
    lun.mayFinish.release();
    for (Future<?> future : sharing) {
      assertThatThrownBy(future::get).isInstanceOf(ExecutionException.class).cause()
          .isInstanceOf(FsException.class);
    }
    assertThat(lun.started.get()).isEqualTo(2);
    lun.isFailing = false;
    lun.mayFinish.release();
    gate.flush();
    assertThat(lun.started.get()).isEqualTo(3);
  }

  /** Each thread writes and flushes; what it wrote before must then be covered by a flush that began after the write. */
  @Test
  void noFlushReturnsBeforeItsWritesAreCovered() throws Exception {
    CountingLun counting = new CountingLun();
    FlushGate counted = new FlushGate(counting);
    int perThread = 20_000;
    List<Future<?>> workers = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      workers.add(threads.submit(() -> {
        for (int i = 0; i < perThread; i++) {
          long mine = counting.completed.incrementAndGet();
          counted.flush();
          if (counting.durable.get() < mine) {
            throw new AssertionError("write " + mine + " not durable, only " + counting.durable.get());
          }
        }
      }));
    }
    for (Future<?> worker : workers) {
      worker.get();
    }
    assertThat(counting.concurrent.get()).isZero();
    assertThat(counting.flushes.get()).isBetween(1L, 4L * perThread);
  }

  private Future<?> submitAndAwaitBlocked(List<Thread> waiting) throws InterruptedException {
    Semaphore running = new Semaphore(0);
    Future<?> future = threads.submit(() -> {
      waiting.add(Thread.currentThread());
      running.release();
      gate.flush();
    });
    assertThat(running.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    Thread thread = waiting.getLast();
    while (thread.getState() != Thread.State.WAITING && !future.isDone()) {
      Thread.onSpinWait();
    }
    return future;
  }

  private static class StubLun implements BlockDevice {
    @Override
    public long sizeBytes() {
      return 1 << 20;
    }

    @Override
    public int sectorBytes() {
      return 512;
    }

    @Override
    public void read(long offset, MemorySegment buffer, long bufferOffset, long length) {}

    @Override
    public void write(long offset, MemorySegment buffer, long bufferOffset, long length) {}

    @Override
    public void flush() {}

    @Override
    public void writeZeroes(long offset, long length) {}

    @Override
    public void discard(long offset, long length) {}

    @Override
    public void close() {}
  }

  private static final class SlowLun extends StubLun {
    final AtomicInteger started = new AtomicInteger();
    final Semaphore entered = new Semaphore(0);
    final Semaphore mayFinish = new Semaphore(0);
    volatile boolean isFailing;

    @Override
    public void flush() {
      started.incrementAndGet();
      entered.release();
      mayFinish.acquireUninterruptibly();
      if (isFailing) {
        throw new FsException(FsError.IO);
      }
    }
  }

  private static final class CountingLun extends StubLun {
    final AtomicLong completed = new AtomicLong();
    final AtomicLong durable = new AtomicLong();
    final AtomicLong flushes = new AtomicLong();
    final AtomicInteger inside = new AtomicInteger();
    final AtomicInteger concurrent = new AtomicInteger();

    @Override
    public void flush() {
      if (inside.incrementAndGet() != 1) {
        concurrent.incrementAndGet();
      }
      long covered = completed.get();
      flushes.incrementAndGet();
      Thread.onSpinWait();
      durable.accumulateAndGet(covered, Math::max);
      inside.decrementAndGet();
    }
  }
}
