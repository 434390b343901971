package cfs.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cfs.lun.AlignedMemory;
import cfs.lun.MemoryLun;
import cfs.lun.VolumeError;
import cfs.lun.VolumeException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Changes with failing, stale, foreign and damaged LUNs. */
class CatalogStoreTest {
  private final TestGroup group = TestGroup.create(3);

  @Test
  void openingASoundGroupWritesNothing() {
    long before = group.power.passed();
    assertThat(group.store().open().name()).isEqualTo("old");
    assertThat(group.power.passed()).isEqualTo(before);
  }

  @Test
  void generationsGrowAndAlternateSlots() {
    long last = 1;
    for (int i = 0; i < 5; i++) {
      Catalog changed = change("v" + i);
      assertThat(changed.generation()).isEqualTo(last + 1);
      last = changed.generation();
      assertThat(group.store().open()).isEqualTo(changed);
    }
    assertThat(CatalogStore.generationAfter(4, 5)).isEqualTo(7);
    assertThat(CatalogStore.generationAfter(4, 6)).isEqualTo(7);
    assertThat(CatalogStore.generationAfter(4, 4)).isEqualTo(5);
  }

  @Test
  void changeSurvivesOneFailingLunAndTheLunCatchesUp() {
    CatalogStore store = group.store();
    Catalog current = store.open();
    group.devices.get(1).fail(true);
    Catalog changed = group.store().change(current.withName("new"));
    group.devices.get(1).fail(false);
    assertThat(group.store().open()).isEqualTo(changed);
    Catalog next = change("next");
    assertThat(group.storeWithout(0).open()).isEqualTo(next);
    assertThat(group.storeWithout(2).open()).isEqualTo(next);
  }

  @Test
  void changeFailsWithoutAMajority() {
    Catalog current = group.store().open();
    group.devices.get(0).fail(true);
    group.devices.get(1).fail(true);
    assertRefused(VolumeError.MAJORITY_MISSING, () -> group.store().change(current.withName("new")));
    group.devices.get(0).fail(false);
    group.devices.get(1).fail(false);
    assertThat(group.store().open()).isEqualTo(current);
  }

  /** A majority that fails at any step: the change is refused, and afterwards it is the old or the new one for good. */
  @Test
  void changeThatAMajorityFailsHalfWayIsRefusedAndThenDecided() {
    for (int calls = 0; calls < 6; calls++) {
      TestGroup failing = group.copy();
      Catalog current = failing.store().open();
      failing.devices.get(0).failWritesAfter(calls);
      failing.devices.get(2).failWritesAfter(calls);
      assertRefused(VolumeError.CATALOG_CHANGE_FAILED, () -> failing.store().change(current.withName("new")));
      failing.devices.forEach(device -> device.failWritesAfter(Integer.MAX_VALUE));
      String name = failing.store().open().name();
      // The three first calls prepare, the others commit; the second LUN got its mark only then.
      assertThat(name).isEqualTo(calls < 3 ? "old" : "new");
      assertThat(failing.store().open().name()).isEqualTo(name);
    }
  }

  @Test
  void changeMadeFromAnOldGenerationIsRefused() {
    Catalog first = group.store().open();
    change("new");
    assertRefused(VolumeError.CATALOG_CHANGE_FAILED,
        () -> group.store().change(first.withName("lost update")));
    assertThat(group.store().open().name()).isEqualTo("new");
  }

  @Test
  void staleAndForeignLunsAreRefused() {
    List<LabelledLun> luns = new ArrayList<>(group.luns);
    Label real = luns.get(2).label();
    Label again = new Label(real.cluster(), real.group(), real.lun(), real.lineage() + 1, 2, 3,
        real.sizeBytes());
    luns.set(2, new LabelledLun("again", luns.get(2).device(), again));
    assertRefused(VolumeError.STALE_LUN, () -> new CatalogStore(luns).open());
    Label stranger = new Label(real.cluster(), real.group(), new UUID(3, 77), 1, 2, 3, real.sizeBytes());
    luns.set(2, new LabelledLun("stranger", luns.get(2).device(), stranger));
    assertRefused(VolumeError.STALE_LUN, () -> new CatalogStore(luns).open());
  }

  /** Half a group that was written on its own, for example by a copy of the LUNs at another site. */
  @Test
  void twoHistoriesAreRefused() {
    TestGroup other = group.copy();
    change("here");
    other.store().change(other.store().open().withName("there"));
    List<LabelledLun> mixed = new ArrayList<>(group.luns);
    mixed.set(2, other.luns.get(2));
    assertRefused(VolumeError.CATALOG_CONFLICT, () -> new CatalogStore(mixed).open());
  }

  @Test
  void lunWithAnOlderCatalogFollowsTheOthers() {
    TestGroup old = group.copy();
    change("new");
    List<LabelledLun> mixed = new ArrayList<>(group.luns);
    mixed.set(2, old.luns.get(2));
    assertThat(new CatalogStore(mixed).open().name()).isEqualTo("new");
  }

  @Test
  void damageOfAllCopiesIsSaidAndNeverAnsweredWithAnOlderCatalog() {
    change("new");
    for (LabelledLun lun : group.luns) {
      for (int area = 0; area < 2; area++) {
        long body = lun.areaStart(area) + LunLayout.slotOffset(0) + LunLayout.MARK_BYTES;
        edit(lun, body, bytes -> bytes.set(Records.LONG, 64, 1));
      }
    }
    assertRefused(VolumeError.CATALOG_DAMAGED, () -> group.store().open());
  }

  @Test
  void erasedCatalogsAreSaid() {
    for (LabelledLun lun : group.luns) {
      for (int area = 0; area < 2; area++) {
        lun.device().writeZeroes(lun.areaStart(area) + LunLayout.SLOT_BYTES, 2 * LunLayout.SLOT_BYTES);
      }
    }
    assertRefused(VolumeError.CATALOG_DAMAGED, () -> group.store().open());
  }

  @Test
  void newerFormatsAreRefusedAndNotPassedOver() {
    LabelledLun lun = group.luns.get(1);
    edit(lun, LunLayout.slotOffset(0) + LunLayout.MARK_BYTES, bytes -> {
      CatalogBody.write(TestGroup.firstCatalog(3).withGeneration(2), bytes);
      bytes.set(Records.INT, 8, 2);
      bytes.set(Records.INT, 12, Records.crc(bytes, 0, bytes.get(Records.INT, 24), 12));
    });
    assertRefused(VolumeError.FORMAT_TOO_NEW, () -> group.store().open());
    edit(lun, 0, bytes -> {
      bytes.set(Records.INT, 8, 2);
      bytes.set(Records.INT, 12, Records.crc(bytes, 0, 4096, 12));
    });
    assertRefused(VolumeError.FORMAT_TOO_NEW, () -> LabelledLun.read("lun1", lun.device()));
  }

  @Test
  void catalogThatOutgrowsItsSlotIsRefusedBeforeAnyWrite() {
    Catalog current = group.store().open();
    List<SegmentRecord> many = new ArrayList<>();
    MemoryLun huge = group.devices.getFirst();
    assertThat(huge.sizeBytes()).isEqualTo(TestGroup.LUN_BYTES);
    Extent one = current.segments().getFirst().columns().getFirst();
    many.addAll(Collections.nCopies(6000, new SegmentRecord(SegmentKind.LINEAR, 0, List.of(one))));
    long before = group.power.passed();
    assertRefused(VolumeError.CATALOG_FULL, () -> group.store().change(current.withSegments(many)));
    assertThat(group.power.passed()).isEqualTo(before);
  }

  @Test
  void unsoundCatalogIsNeverWritten() {
    Catalog current = group.store().open();
    assertThatThrownBy(() -> group.store().change(current.withSegments(List.of())))
        .isInstanceOf(IllegalStateException.class);
    assertThat(group.store().open()).isEqualTo(current);
  }

  @Test
  void tailAreaServesWhenTheHeadCannotBeRead() {
    for (LabelledLun lun : group.luns) {
      lun.device().writeZeroes(0, LunLayout.AREA_BYTES);
    }
    assertThat(group.store().open().name()).isEqualTo("old");
    assertThat(LabelledLun.read("lun0", group.devices.getFirst()).label())
        .isEqualTo(group.luns.getFirst().label());
  }

  private Catalog change(String name) {
    return group.store().change(group.store().open().withName(name));
  }

  private static void edit(LabelledLun lun, long offset, Consumer<MemorySegment> edit) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = AlignedMemory.allocate(arena, 4096);
      lun.device().read(offset, bytes, 0, 4096);
      edit.accept(bytes);
      lun.device().write(offset, bytes, 0, 4096);
    }
  }

  private static void assertRefused(VolumeError code, Runnable call) {
    assertThatThrownBy(call::run).isInstanceOf(VolumeException.class)
        .extracting(e -> ((VolumeException) e).code()).isEqualTo(code);
  }
}
