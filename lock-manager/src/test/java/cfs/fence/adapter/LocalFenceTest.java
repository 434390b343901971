package cfs.fence.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cfs.error.FsError;
import cfs.error.FsException;
import cfs.fence.adapter.LocalFence.Verdict;
import cfs.membership.HostRecord;
import cfs.runtime.adapter.Failures;
import cfs.runtime.adapter.PlatformTasks;
import cfs.runtime.adapter.SystemClock;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With real processes: the victim is always a child of this one. */
@Timeout(60)
class LocalFenceTest {
  private static final int HOST = 2;
  private static final long OLD = 11;
  private static final long NEW = 12;

  @TempDir
  Path dir;

  private final PlatformTasks tasks = new PlatformTasks(2, new Failures());
  private LocalFence fence;
  private LocalFence impatient;

  @BeforeEach
  void makeFence() {
    fence = new LocalFence(dir, TimeUnit.SECONDS.toNanos(20), new SystemClock(), tasks);
    impatient = new LocalFence(dir, TimeUnit.MILLISECONDS.toNanos(100), new SystemClock(), tasks);
  }

  @AfterEach
  void closeTasks() {
    tasks.close();
  }

  @Test
  void agentTellsOnceWhetherItIsVerified() throws Exception {
    SlotHolder.start(dir, HOST, OLD).kill();
    BlockingQueue<Boolean> told = new LinkedBlockingQueue<>();
    fence.fence(new HostRecord(HOST, OLD, "127.0.0.1:1", ""), told::add);
    assertThat(told.poll(20, TimeUnit.SECONDS)).isTrue();
    fence.fence(new HostRecord(HOST + 1, OLD, "127.0.0.1:1", ""), told::add);
    assertThat(told.poll(20, TimeUnit.SECONDS)).isFalse();
    tasks.close();
    assertThat(told).isEmpty();
  }

  @Test
  void processThatIsGoneIsVerified() throws Exception {
    SlotHolder.start(dir, HOST, OLD).kill();
    assertThat(fence.fence(HOST, OLD)).isEqualTo(new Verdict(true, "its process was gone"));
    assertThat(fence.fence(HOST, OLD).verified()).as("again").isTrue();
  }

  @Test
  void liveProcessIsKilled() throws Exception {
    try (SlotHolder victim = SlotHolder.start(dir, HOST, OLD)) {
      assertThat(fence.fence(HOST, OLD)).isEqualTo(new Verdict(true, "its process was killed"));
      assertThat(victim.exit()).isEqualTo(128 + 9);
    }
  }

  @Test
  void stoppedProcessIsKilled() throws Exception {
    try (SlotHolder victim = SlotHolder.start(dir, HOST, OLD)) {
      victim.stop();
      assertThat(fence.fence(HOST, OLD).verified()).isTrue();
      assertThat(victim.exit()).isEqualTo(128 + 9);
    }
  }

  @Test
  void newIncarnationIsSpared() throws Exception {
    SlotHolder.start(dir, HOST, OLD).kill();
    try (SlotHolder anew = SlotHolder.start(dir, HOST, NEW)) {
      assertThat(fence.fence(HOST, OLD))
          .isEqualTo(new Verdict(true, "the host runs anew as incarnation " + NEW));
      assertThat(anew.alive()).isTrue();
    }
  }

  @Test
  void otherHostsAreSpared() throws Exception {
    try (SlotHolder victim = SlotHolder.start(dir, HOST, OLD);
        SlotHolder other = SlotHolder.start(dir, HOST + 1, OLD)) {
      assertThat(fence.fence(HOST, OLD).verified()).isTrue();
      assertThat(victim.exit()).isEqualTo(128 + 9);
      assertThat(other.alive()).isTrue();
    }
  }

  /** The slot names a pid that another process has now: held, so not verified, but that process is not shot. */
  @Test
  void recycledPidIsSpared() throws Exception {
    try (SlotHolder bystander = SlotHolder.start(dir, HOST + 1, OLD);
        SlotHolder holder = SlotHolder.start(dir, HOST, OLD)) {
      ProcessMark mark = ProcessMark.of(bystander.pid()).orElseThrow();
      rewrite(new SlotRecord(new ProcessMark(mark.pid(), mark.startTicks() - 1, mark.boot()), OLD));
      assertThat(impatient.fence(HOST, OLD).verified()).isFalse();
      rewrite(new SlotRecord(new ProcessMark(mark.pid(), mark.startTicks(), "another-boot"), OLD));
      assertThat(impatient.fence(HOST, OLD).verified()).isFalse();
      assertThat(bystander.alive()).isTrue();
      assertThat(holder.alive()).isTrue();
    }
  }

  @Test
  void damagedSlotFileIsNeverVerifiedWhileHeld() throws Exception {
    try (SlotHolder holder = SlotHolder.start(dir, HOST, OLD)) {
      Files.writeString(HostSlot.file(dir, HOST), "pid=1 start=2", StandardOpenOption.TRUNCATE_EXISTING);
      assertThat(impatient.fence(HOST, OLD)).satisfies(verdict -> {
        assertThat(verdict.verified()).isFalse();
        assertThat(verdict.reason()).contains("damaged");
      });
      assertThat(holder.alive()).isTrue();
    }
  }

  @Test
  void hostThatNeverRanHereIsNotVerified() {
    assertThat(fence.fence(HOST, OLD).verified()).isFalse();
  }

  @Test
  void ownSlotIsNotFencedAndStaysHeld() {
    try (HostSlot own = HostSlot.take(dir, HOST, OLD)) {
      assertThat(own).isNotNull();
      assertThat(fence.fence(HOST, OLD).verified()).isFalse();
      assertThatThrownBy(() -> SlotHolder.start(dir, HOST, NEW)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void ownFormerRunIsGone() {
    try (HostSlot own = HostSlot.take(dir, HOST, NEW)) {
      assertThat(own).isNotNull();
      assertThat(fence.fence(HOST, OLD).verified()).isTrue();
    }
  }

  @Test
  void slotIsTakenOnceAndSaysByWhom() throws Exception {
    try (SlotHolder holder = SlotHolder.start(dir, HOST, OLD)) {
      assertThatThrownBy(() -> HostSlot.take(dir, HOST, NEW))
          .isInstanceOfSatisfying(FsException.class, e -> assertThat(e.error()).isEqualTo(FsError.BUSY))
          .hasMessage("host 2 runs on this machine already, as pid " + holder.pid());
      assertThat(fence.fence(HOST, OLD).verified()).as("the refused start changed nothing").isTrue();
    }
    HostSlot.take(dir, HOST, NEW).close();
    HostSlot.take(dir, HOST, NEW + 1).close();
  }

  private void rewrite(SlotRecord slot) throws IOException {
    try (FileChannel channel = FileChannel.open(HostSlot.file(dir, HOST), StandardOpenOption.WRITE)) {
      slot.write(channel);
    }
  }
}
