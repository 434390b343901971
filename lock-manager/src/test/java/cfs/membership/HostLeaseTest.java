package cfs.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cfs.error.FencedException;
import org.junit.jupiter.api.Test;

class HostLeaseTest {
  private static final long SECOND = 1_000_000_000L;

  private final SimLoop clock = new SimLoop(1);
  private final HostLease lease = new HostLease(clock, 9 * SECOND);

  private void pass(long nanos) {
    clock.at(nanos, () -> {});
    clock.step();
  }

  @Test
  void leaseEndsBeforeTheStoreCanExpireTheSession() {
    for (long timeout = SECOND; timeout < 120 * SECOND; timeout += SECOND / 7) {
      long leaseWithSlowClock = HostLease.leaseNanos(timeout) + HostLease.leaseNanos(timeout) / 1_000 + 1;
      long earliestExpiry = timeout - timeout / 4;
      assertThat(leaseWithSlowClock).isLessThan(earliestExpiry);
    }
  }

  @Test
  void timeOfSendingCountsNotTimeOfTheAnswer() {
    lease.begin();
    long sent = clock.nanoTime();
    pass(5 * SECOND);
    lease.contact(sent);
    lease.check();
    pass(SECOND);
    assertThatThrownBy(lease::check).isInstanceOf(FencedException.class);
    assertThat(lease.overdue()).isTrue();
  }

  @Test
  void lateAnswerToAnOldQuestionDoesNotShortenTheLease() {
    lease.begin();
    pass(5 * SECOND);
    lease.contact(5 * SECOND);
    lease.contact(0);
    pass(5 * SECOND);
    lease.check();
  }

  @Test
  void hostThatWasPausedBeyondItsLeaseIsRefusedAtOnce() {
    lease.begin();
    lease.contact(0);
    lease.check();
    pass(60 * SECOND);
    assertThatThrownBy(lease::check).isInstanceOf(FencedException.class);
  }

  @Test
  void noLeaseBeforeTheHostIsInTheViewAndNoneAfterItsEnd() {
    lease.contact(0);
    assertThatThrownBy(lease::check).isInstanceOf(FencedException.class);
    lease.begin();
    lease.check();
    lease.end("over");
    lease.contact(clock.nanoTime());
    assertThatThrownBy(lease::check).isInstanceOf(FencedException.class).hasMessage("over");
  }
}
