package cfs.volume;

import cfs.catalog.Catalog;
import cfs.catalog.CatalogStore;
import cfs.catalog.Extent;
import cfs.catalog.LabelledLun;
import cfs.catalog.Member;
import cfs.catalog.SegmentKind;
import cfs.catalog.SegmentRecord;
import cfs.lun.LunOpener;
import cfs.lun.VolumeError;
import cfs.port.BlockDevice;
import cfs.port.Lease;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** Finds a group's catalog on its LUNs and opens the volume it describes. */
public final class VolumeOpen {
  private final LunOpener opener;

  public VolumeOpen(LunOpener opener) {
    this.opener = opener;
  }

  /** @param catalog what was in force when the volume was opened */
  public record Opened(Catalog catalog, Volume volume) {}

  /**
   * Opens the volume on these LUNs, in any order.
   *
   * @param cluster refuses LUNs of any other
   * @param lease checked before every I/O from now on, those of opening included
   */
  public Opened open(List<String> paths, UUID cluster, Lease lease) {
    if (paths.isEmpty()) {
      throw VolumeError.BAD_LUN_COUNT.of("0", "at least 1");
    }
    try (OpenLuns open = new OpenLuns(opener, paths, LunOpener.Claim.SHARED)) {
      List<LabelledLun> luns = new ArrayList<>();
      for (int i = 0; i < paths.size(); i++) {
        luns.add(LabelledLun.read(paths.get(i), new LeasedDevice(open.devices().get(i), lease)));
      }
      requireOneGroup(luns, cluster);
      Catalog catalog = new CatalogStore(luns).open();
      Volume volume = volume(catalog, luns);
      open.take();
      return new Opened(catalog, volume);
    }
  }

  private static void requireOneGroup(List<LabelledLun> luns, UUID cluster) {
    UUID group = luns.getFirst().label().group();
    Map<UUID, String> seen = new LinkedHashMap<>();
    for (LabelledLun lun : luns) {
      if (!lun.label().cluster().equals(cluster)) {
        throw VolumeError.OTHER_CLUSTER.of(lun.path(), lun.label().cluster().toString());
      }
      if (!lun.label().group().equals(group)) {
        throw VolumeError.OTHER_GROUP.of(lun.path(), lun.label().group().toString());
      }
      String other = seen.put(lun.label().lun(), lun.path());
      if (other != null) {
        throw VolumeError.DUPLICATE_LUN.of(lun.path(), other);
      }
    }
  }

  private static Volume volume(Catalog catalog, List<LabelledLun> luns) {
    Map<UUID, Integer> indexes = new LinkedHashMap<>();
    List<BlockDevice> devices = new ArrayList<>();
    for (LabelledLun lun : luns) {
      indexes.put(lun.label().lun(), devices.size());
      devices.add(lun.device());
    }
    List<Member> missing = catalog.members().stream().filter(member -> !indexes.containsKey(member.lun()))
        .filter(member -> isUsed(catalog, member)).toList();
    if (!missing.isEmpty()) {
      throw VolumeError.LUN_MISSING.of(catalog.name(),
          missing.stream().map(member -> member.lun().toString()).collect(Collectors.joining(", ")));
    }
    List<Segment> segments = catalog.segments().stream().map(record -> segment(record, indexes)).toList();
    return new Volume(segments, devices);
  }

  private static boolean isUsed(Catalog catalog, Member member) {
    return catalog.segments().stream().flatMap(segment -> segment.columns().stream())
        .anyMatch(column -> column.lun().equals(member.lun()));
  }

  private static Segment segment(SegmentRecord record, Map<UUID, Integer> indexes) {
    List<Column> columns = record.columns().stream()
        .map(extent -> new Column(indexes.getOrDefault(extent.lun(), -1), extent.start(), extent.length()))
        .toList();
    long[] lengths = record.columns().stream().mapToLong(Extent::length).toArray();
    AddressMap map = record.kind() == SegmentKind.LINEAR
        ? new LinearMap(lengths)
        : new StripeMap(lengths.length, lengths[0], record.stripeUnitBytes());
    return new Segment(map, columns);
  }
}
