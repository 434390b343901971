package cfs.stress.guest;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class GuestLedgerTest {
  private static final List<String> FIRST = List.of("GUEST BOOT 1", "GUEST VERIFIED 0", "GUEST ACK 1 1",
      "GUEST ACK 1 2",
      "GUEST ACK 1 3", "GUEST DROP 1 1");

  @Test
  void keptRecordsAreAccepted() {
    GuestLedger ledger = new GuestLedger();
    ledger.enter(FIRST);
    assertThatCode(() -> ledger.check(List.of("GUEST BOOT 2", "GUEST HAVE 1 2 4", "GUEST VERIFIED 3")))
        .doesNotThrowAnyException();
  }

  @Test
  void lostLastRecordIsSeen() {
    GuestLedger ledger = new GuestLedger();
    ledger.enter(FIRST);
    assertThatThrownBy(() -> ledger.check(List.of("GUEST BOOT 2", "GUEST HAVE 1 1 2", "GUEST VERIFIED 2")))
        .hasMessageContaining("record 1.3 was acknowledged");
  }

  @Test
  void lostBootIsSeen() {
    GuestLedger ledger = new GuestLedger();
    ledger.enter(FIRST);
    assertThatThrownBy(() -> ledger.check(List.of("GUEST BOOT 1", "GUEST VERIFIED 0")))
        .hasMessageContaining("was acknowledged");
  }

  @Test
  void damageIsSeen() {
    assertThatThrownBy(() -> new GuestLedger().check(List.of("GUEST BOOT 2", "GUEST CORRUPT 1.2")))
        .hasMessageContaining("CORRUPT 1.2");
  }
}
