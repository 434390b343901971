package cfs.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cfs.catalog.Catalog;
import cfs.catalog.LunLayout;
import cfs.error.FencedException;
import cfs.lun.AlignedMemory;
import cfs.lun.MemoryLun;
import cfs.lun.MemoryLun.PowerLost;
import cfs.lun.MemoryLun.PowerSwitch;
import cfs.lun.MemoryLuns;
import cfs.lun.SeededRng;
import cfs.lun.VolumeError;
import cfs.lun.VolumeException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Volumes from format to open, and everything that is refused on the way. */
class VolumeLifeTest {
  private static final UUID CLUSTER = new UUID(7, 7);
  private static final long MIB = 1 << 20;
  private static final List<String> PATHS = List.of("a", "b", "c");

  private final MemoryLuns luns = new MemoryLuns().with("a", new MemoryLun(64 * MIB))
      .with("b", new MemoryLun(65 * MIB + 512)).with("c", new MemoryLun(80 * MIB));

  @Test
  void formattedVolumeOpensWithItsLunsInAnyOrder() {
    Catalog made = format(PATHS, 65536, false);
    VolumeOpen.Opened opened = open(List.of("c", "a", "b"));
    assertThat(opened.catalog()).isEqualTo(made);
    // The smallest LUN has 62 MiB for data, of which whole 4 MiB count, on three LUNs.
    assertThat(opened.volume().sizeBytes()).isEqualTo(180 * MIB);
    opened.volume().close();
    assertThat(luns.allClosed()).isTrue();
  }

  @Test
  void lunsConcatenateWithoutAStripeUnit() {
    format(PATHS, 0, false);
    Volume volume = open(PATHS).volume();
    assertThat(volume.sizeBytes()).isEqualTo((62 + 63 + 78) * MIB);
    volume.close();
  }

  @Test
  void dataSurvivesReopeningAndNeverTouchesTheAreas() {
    format(PATHS, 65536, false);
    Volume volume = open(PATHS).volume();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = AlignedMemory.allocate(arena, MIB);
      for (long at = 0; at < volume.sizeBytes(); at += MIB) {
        buffer.fill((byte) (at / MIB + 1));
        volume.write(at, buffer, 0, MIB);
      }
      volume.flush();
      volume.close();
      Volume again = open(List.of("b", "c", "a")).volume();
      for (long at = 0; at < again.sizeBytes(); at += MIB) {
        again.read(at, buffer, 0, MIB);
        assertThat(buffer.get(ValueLayout.JAVA_BYTE, at % 1000)).isEqualTo((byte) (at / MIB + 1));
      }
      again.close();
    }
  }

  @Test
  void fencedHostNeitherReadsNorWrites() {
    format(PATHS, 65536, false);
    AtomicBoolean isFenced = new AtomicBoolean();
    Volume volume = new VolumeOpen(luns).open(PATHS, CLUSTER, () -> {
      if (isFenced.get()) {
        throw new FencedException("the lease is over");
      }
    }).volume();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = AlignedMemory.allocate(arena, 4096);
      volume.write(0, buffer, 0, 4096);
      isFenced.set(true);
      assertThatThrownBy(() -> volume.read(0, buffer, 0, 4096)).isInstanceOf(FencedException.class);
      assertThatThrownBy(() -> volume.write(0, buffer, 0, 4096)).isInstanceOf(FencedException.class);
      assertThatThrownBy(() -> volume.writeZeroes(0, 4096)).isInstanceOf(FencedException.class);
      assertThatThrownBy(() -> volume.discard(0, 4096)).isInstanceOf(FencedException.class);
      assertThatThrownBy(volume::flush).isInstanceOf(FencedException.class);
    }
    volume.close();
    assertThat(luns.allClosed()).isTrue();
  }

  @Test
  void labelledLunsAreNotFormattedUnlessForced() {
    format(PATHS, 65536, false);
    assertRefused(VolumeError.LUN_HAS_LABEL, "a", () -> format(List.of("a"), 0, false));
    Catalog second = format(PATHS, 0, true);
    assertThat(open(PATHS).catalog()).isEqualTo(second);
  }

  @ParameterizedTest
  @CsvSource({"1080, S\u00EF, ext4", "0, XFSB, XFS", "512, LABELONE, LVM", "512, EFI PART, GPT",
      "4096, EFI PART, GPT", "510, U\u00AA, MBR", "65600, _BHRfS_M, Btrfs", "4086, SWAPSPACE2, swap",
      "1048575, x, unknown"})
  void usedLunsAreNotFormattedUnlessForced(int offset, String magic, String owner) {
    put("b", offset, magic.getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> format(PATHS, 65536, false)).isInstanceOf(VolumeException.class)
        .hasMessageContaining("b").hasMessageContaining(owner)
        .extracting(e -> ((VolumeException) e).code()).isEqualTo(VolumeError.LUN_NOT_EMPTY);
    assertRefused(VolumeError.NOT_A_CFS_LUN, "a", () -> open(PATHS));
    format(PATHS, 65536, true);
    open(PATHS).volume().close();
  }

  @Test
  void nonsenseRequestsAreRefused() {
    luns.with("tiny", new MemoryLun(64 * MIB - 512));
    assertRefused(VolumeError.LUN_TOO_SMALL, "tiny", () -> format(List.of("a", "tiny"), 0, true));
    assertRefused(VolumeError.LUN_TOO_SMALL, "tiny", () -> open(List.of("tiny")));
    assertRefused(VolumeError.BAD_STRIPE_UNIT, "100000", () -> format(PATHS, 100_000, false));
    assertRefused(VolumeError.BAD_STRIPE_UNIT, "32768", () -> format(PATHS, 32768, false));
    assertRefused(VolumeError.BAD_STRIPE_UNIT, "8388608", () -> format(PATHS, 8 << 20, false));
    assertRefused(VolumeError.BAD_LUN_COUNT, "0", () -> format(List.of(), 0, false));
    assertRefused(VolumeError.BAD_LUN_COUNT, "0", () -> open(List.of()));
    assertRefused(VolumeError.DUPLICATE_LUN, "a", () -> format(List.of("a", "a"), 0, false));
    assertRefused(VolumeError.LUN_NOT_FOUND, "nowhere", () -> format(List.of("a", "nowhere"), 0, false));
    assertRefused(VolumeError.BAD_VOLUME_NAME, "a/b", () -> new VolumeFormat(luns, new SeededRng(1))
        .create(new FormatRequest(PATHS, CLUSTER, "a/b", 0, false)));
    assertThat(luns.allClosed()).isTrue();
  }

  @Test
  void lunsOfOthersAreRefused() {
    format(List.of("a"), 0, false);
    format(List.of("b"), 0, false, CLUSTER, 2);
    format(List.of("c"), 0, false, new UUID(9, 9), 3);
    assertRefused(VolumeError.OTHER_GROUP, "b", () -> open(List.of("a", "b")));
    assertRefused(VolumeError.OTHER_CLUSTER, "c", () -> open(List.of("a", "c")));
    luns.with("copy", luns.lun("a").copy(64 * MIB, new PowerSwitch()));
    assertRefused(VolumeError.DUPLICATE_LUN, "copy", () -> open(List.of("a", "copy")));
    assertThat(luns.allClosed()).isTrue();
  }

  @Test
  void missingLunsAreNamed() {
    Catalog made = format(PATHS, 65536, false);
    assertRefused(VolumeError.LUN_MISSING, made.members().get(1).lun().toString(),
        () -> open(List.of("a", "c")));
    assertRefused(VolumeError.MAJORITY_MISSING, "1 of 3", () -> open(List.of("b")));
  }

  @Test
  void truncatedLunIsRefused() {
    format(PATHS, 65536, false);
    luns.with("c", luns.lun("c").copy(79 * MIB, new PowerSwitch()));
    assertRefused(VolumeError.LUN_TRUNCATED, "c", () -> open(PATHS));
    luns.with("c", luns.lun("c").copy(MIB, new PowerSwitch()));
    assertRefused(VolumeError.LUN_TRUNCATED, "c", () -> open(PATHS));
  }

  @Test
  void grownLunStillOpens() {
    Catalog made = format(PATHS, 65536, false);
    luns.with("a", luns.lun("a").copy(100 * MIB, new PowerSwitch()));
    assertThat(open(PATHS).catalog()).isEqualTo(made);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void oneDamagedAreaOfEveryLunCostsNothing(boolean head) {
    Catalog made = format(PATHS, 65536, false);
    for (String path : PATHS) {
      byte[] noise = new byte[(int) LunLayout.AREA_BYTES];
      new Random(5).nextBytes(noise);
      put(path, head ? 0 : LunLayout.tailStart(luns.lun(path).sizeBytes()), noise);
    }
    assertThat(open(PATHS).catalog()).isEqualTo(made);
  }

  @Test
  void damageInBothAreasIsSaid() {
    format(PATHS, 65536, false);
    put("b", 100, new byte[]{1});
    put("b", LunLayout.tailStart(luns.lun("b").sizeBytes()) + 100, new byte[]{1});
    assertRefused(VolumeError.LABEL_DAMAGED, "b", () -> open(PATHS));
    assertRefused(VolumeError.LUN_NOT_EMPTY, "b", () -> format(List.of("b"), 0, false));
  }

  @Test
  void relabelledLunIsNotTakenForTheOldOne() {
    format(PATHS, 65536, false);
    MemoryLun old = luns.lun("b").copy(luns.lun("b").sizeBytes(), new PowerSwitch());
    format(PATHS, 65536, true, CLUSTER, 99);
    luns.with("b", old);
    assertRefused(VolumeError.OTHER_GROUP, "b", () -> open(PATHS));
  }

  @Test
  void crashWhileFormattingLeavesNoHalfVolume() {
    format(PATHS, 0, false);
    int openedOld = 0;
    int openedNew = 0;
    int refused = 0;
    for (int cut = 0;; cut++) {
      PowerSwitch power = new PowerSwitch();
      MemoryLuns victims = new MemoryLuns();
      PATHS.forEach(path -> victims.with(path, luns.lun(path).copy(luns.lun(path).sizeBytes(), power)));
      power.cutAfter(cut);
      try {
        new VolumeFormat(victims, new SeededRng(5))
            .create(new FormatRequest(PATHS, CLUSTER, "new", 65536, true));
        assertThat(cut).isGreaterThan(20);
        break;
      } catch (PowerLost e) {
        MemoryLuns left = new MemoryLuns();
        Random random = new Random(cut);
        PATHS.forEach(path -> left.with(path, victims.lun(path).afterPowerLoss(random, new PowerSwitch())));
        try {
          String name = new VolumeOpen(left).open(PATHS, CLUSTER, () -> {}).catalog().name();
          openedOld += name.equals("vol") ? 1 : 0;
          openedNew += name.equals("new") ? 1 : 0;
        } catch (VolumeException refusal) {
          refused++;
          assertThat(refusal.code()).isIn(VolumeError.NOT_A_CFS_LUN, VolumeError.LABEL_DAMAGED,
              VolumeError.OTHER_GROUP, VolumeError.CATALOG_DAMAGED, VolumeError.MAJORITY_MISSING);
        }
        new VolumeFormat(left, new SeededRng(6)).create(new FormatRequest(PATHS, CLUSTER, "again", 0, true));
        assertThat(new VolumeOpen(left).open(PATHS, CLUSTER, () -> {}).catalog().name()).isEqualTo("again");
      }
    }
    assertThat(refused).isPositive();
    assertThat(openedOld + openedNew).isPositive();
  }

  private Catalog format(List<String> paths, int unit, boolean isForced) {
    return format(paths, unit, isForced, CLUSTER, 1);
  }

  private Catalog format(List<String> paths, int unit, boolean isForced, UUID cluster, long seed) {
    return new VolumeFormat(luns, new SeededRng(seed))
        .create(new FormatRequest(paths, cluster, "vol", unit, isForced));
  }

  private VolumeOpen.Opened open(List<String> paths) {
    return new VolumeOpen(luns).open(paths, CLUSTER, () -> {});
  }

  /** Overwrites bytes of a LUN, whole sectors around them kept. */
  private void put(String path, long offset, byte[] bytes) {
    MemoryLun lun = luns.lun(path);
    if (lun.isClosed()) {
      lun = lun.copy(lun.sizeBytes(), new PowerSwitch());
      luns.with(path, lun);
    }
    long start = offset / 4096 * 4096;
    long length = (offset + bytes.length - start + 4095) / 4096 * 4096;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = AlignedMemory.allocate(arena, length);
      lun.read(start, buffer, 0, length);
      MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, offset - start, bytes.length);
      lun.write(start, buffer, 0, length);
    }
  }

  private static void assertRefused(VolumeError code, String named, Runnable call) {
    assertThatThrownBy(call::run).isInstanceOf(VolumeException.class).hasMessageContaining(named)
        .extracting(e -> ((VolumeException) e).code()).isEqualTo(code);
  }
}
