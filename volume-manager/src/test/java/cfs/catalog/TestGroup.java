package cfs.catalog;

import cfs.lun.MemoryLun;
import cfs.lun.MemoryLun.PowerSwitch;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** The LUNs of one group in memory, named lun0, lun1, ... */
final class TestGroup {
  static final UUID CLUSTER = new UUID(1, 1);
  static final UUID GROUP = new UUID(2, 2);
  static final long LUN_BYTES = 64L << 20;

  final PowerSwitch power = new PowerSwitch();
  final List<MemoryLun> devices = new ArrayList<>();
  final List<LabelledLun> luns = new ArrayList<>();

  /** A group of {@code count} LUNs with catalog generation 1, called "old". */
  static TestGroup create(int count) {
    TestGroup group = new TestGroup();
    for (int i = 0; i < count; i++) {
      group.add(new MemoryLun(LUN_BYTES, group.power), label(i, count));
    }
    new CatalogStore(group.luns).create(firstCatalog(count));
    group.luns.forEach(LabelledLun::writeLabel);
    return group;
  }

  static Label label(int index, int count) {
    return new Label(CLUSTER, GROUP, new UUID(3, index), 70 + index, index, count, LUN_BYTES);
  }

  static Catalog firstCatalog(int count) {
    List<Member> members = new ArrayList<>();
    List<Extent> columns = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Label label = label(i, count);
      members.add(new Member(label.lun(), label.lineage(), label.sizeBytes()));
      columns.add(new Extent(label.lun(), LunLayout.DATA_START, 60L << 20));
    }
    return new Catalog(1, CLUSTER, GROUP, new UUID(4, 4), "old", members,
        List.of(new SegmentRecord(SegmentKind.STRIPE, 65536, columns)));
  }

  private void add(MemoryLun device, Label label) {
    devices.add(device);
    luns.add(new LabelledLun("lun" + label.lunIndex(), device, label));
  }

  /** The same LUNs on their own, as if nothing had happened to them. */
  TestGroup copy() {
    TestGroup copy = new TestGroup();
    for (int i = 0; i < devices.size(); i++) {
      copy.add(devices.get(i).copy(LUN_BYTES, copy.power), luns.get(i).label());
    }
    return copy;
  }

  /** The LUNs after power loss, labels read anew. */
  TestGroup afterPowerLoss(Random random) {
    TestGroup left = new TestGroup();
    for (int i = 0; i < devices.size(); i++) {
      MemoryLun device = devices.get(i).afterPowerLoss(random, left.power);
      left.add(device, LabelledLun.read("lun" + i, device).label());
    }
    return left;
  }

  CatalogStore store() {
    return new CatalogStore(luns);
  }

  /** All LUNs but one. */
  CatalogStore storeWithout(int missing) {
    List<LabelledLun> present = new ArrayList<>(luns);
    present.remove(missing);
    return new CatalogStore(present);
  }
}
