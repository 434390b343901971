package cfs.stress.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import cfs.stress.cluster.Cluster;
import cfs.stress.cluster.Needs;
import cfs.stress.guest.Guest;
import cfs.stress.guest.GuestImage;
import cfs.stress.guest.GuestLedger;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Virtual machines whose disks are files of the volume, started on one host and then on the other. */
@Tag("e2e")
@Timeout(value = 400, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GuestTest {
  private static final Duration BOOT_LIMIT = Duration.ofSeconds(120);
  private static final Duration WORK_LIMIT = Duration.ofSeconds(60);

  @RegisterExtension
  static final Cluster CLUSTER = new Cluster("guest");

  @TempDir
  static Path scratch;

  private static Path image;

  @BeforeAll
  static void buildImage() throws Exception {
    Needs.qemu();
    image = GuestImage.build(scratch);
  }

  @Test
  void guestFindsItsDataOnTheOtherHostAfterShutdown() throws Exception {
    GuestImage.copy(image, CLUSTER.mount(1).resolve("orderly.raw"));
    GuestLedger ledger = new GuestLedger();
    try (Guest guest = Guest.start(CLUSTER.mount(1).resolve("orderly.raw"))) {
      guest.awaitReady(1, BOOT_LIMIT);
      guest.command("write");
      guest.awaitReady(2, WORK_LIMIT);
      guest.powerOff(WORK_LIMIT);
      assertThat(guest.lines()).contains("GUEST BOOT 1");
      ledger.enter(guest.lines());
    }
    assertThat(ledger.size()).isEqualTo(40);
    bootsAndFinds(ledger, CLUSTER.mount(2).resolve("orderly.raw"));
  }

  @Test
  void guestKilledWhileWritingFindsEveryRecordOnTheOtherHost() throws Exception {
    GuestImage.copy(image, CLUSTER.mount(2).resolve("killed.raw"));
    GuestLedger ledger = new GuestLedger();
    try (Guest guest = Guest.start(CLUSTER.mount(2).resolve("killed.raw"))) {
      guest.awaitReady(1, BOOT_LIMIT);
      guest.command("load");
      guest.await("45 acknowledged records", line -> line.startsWith("GUEST ACK"), 45, WORK_LIMIT);
      guest.kill();
      ledger.enter(guest.lines());
    }
    assertThat(ledger.size()).isGreaterThanOrEqualTo(40);
    bootsAndFinds(ledger, CLUSTER.mount(1).resolve("killed.raw"));
  }

  private static void bootsAndFinds(GuestLedger ledger, Path disk) throws Exception {
    try (Guest guest = Guest.start(disk)) {
      guest.awaitReady(1, BOOT_LIMIT);
      assertThat(guest.lines()).contains("GUEST BOOT 2");
      ledger.check(guest.lines());
      guest.powerOff(WORK_LIMIT);
    }
  }
}
