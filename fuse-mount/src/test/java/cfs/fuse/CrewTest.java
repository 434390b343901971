package cfs.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CrewTest {
  private final AtomicInteger recruited = new AtomicInteger();
  private final Crew crew = new Crew(recruited::incrementAndGet);

  private void slow(int count) {
    for (int i = 0; i < count; i++) {
      crew.enterSlow();
    }
  }

  @Test
  void startsWithTheBase() {
    crew.start();

    assertThat(recruited).hasValue(8);
  }

  @Test
  void sixSlowRequestsNeedNobodyElse() {
    crew.start();
    slow(6);

    assertThat(recruited).hasValue(8);
  }

  @Test
  void twoReadersAreAlwaysReady() {
    crew.start();
    slow(20);

    assertThat(recruited).hasValue(22);
  }

  @Test
  void readersAreBounded() {
    crew.start();
    slow(64);

    assertThat(recruited).hasValue(64);
    assertThat(crew.saturated()).isEqualTo(2);
  }

  @Test
  void surplusReadersParkAndAreWokenBeforeNewOnesStart() throws Exception {
    crew.start();
    slow(7);
    assertThat(recruited).hasValue(9);
    for (int i = 0; i < 7; i++) {
      crew.leaveSlow();
    }
    assertThat(crew.hasSurplus()).isTrue();
    CountDownLatch back = new CountDownLatch(1);
    Thread ninth = Thread.ofPlatform().start(() -> {
      crew.parkSurplus();
      back.countDown();
    });
    while (ninth.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    assertThat(crew.hasSurplus()).isFalse();

    slow(7);

    back.await();
    assertThat(recruited).hasValue(9);
  }

  @Test
  void theEndWakesTheParked() throws Exception {
    crew.start();
    slow(7);
    for (int i = 0; i < 7; i++) {
      crew.leaveSlow();
    }
    Thread ninth = Thread.ofPlatform().start(crew::parkSurplus);
    while (ninth.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }

    crew.end();

    ninth.join();
    for (int i = 0; i < 8; i++) {
      assertThat(crew.leave()).isFalse();
    }
    assertThat(crew.leave()).as("the last one").isTrue();
  }

  @Test
  void readersThatDieAreReplacedBoundedly() {
    crew.start();
    int deaths = 0;
    while (!crew.leave()) {
      deaths++;
    }

    assertThat(recruited).hasValue(8 + Crew.MAX_REPLACED);
    assertThat(deaths + 1).isEqualTo(8 + Crew.MAX_REPLACED);
  }

  @Test
  void refusedThreadMakesItSlowerNotWrong() {
    Crew poor = new Crew(() -> {
      if (recruited.incrementAndGet() > 8) {
        throw new IllegalStateException("no more threads");
      }
    });
    poor.start();
    for (int i = 0; i < 8; i++) {
      poor.enterSlow();
    }

    assertThat(poor.members()).isEqualTo(8);
    assertThat(poor.saturated()).isEqualTo(2);
  }
}
