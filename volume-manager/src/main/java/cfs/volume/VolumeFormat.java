package cfs.volume;

import cfs.catalog.Catalog;
import cfs.catalog.CatalogStore;
import cfs.catalog.Extent;
import cfs.catalog.Label;
import cfs.catalog.LabelledLun;
import cfs.catalog.LunLayout;
import cfs.catalog.Member;
import cfs.catalog.SegmentKind;
import cfs.catalog.SegmentRecord;
import cfs.error.Invariant;
import cfs.lun.AlignedMemory;
import cfs.lun.LunOpener;
import cfs.lun.VolumeError;
import cfs.lun.VolumeException;
import cfs.port.BlockDevice;
import cfs.port.Rng;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Makes LUNs into a disk group with one volume. Nothing is written before every LUN was found fit. Then the old areas are
 * erased, the catalog is written, and the labels come last: after a crash on the way the LUNs are refused as unlabelled,
 * never opened as half a volume.
 */
public final class VolumeFormat {
  private final LunOpener opener;
  private final Rng rng;

  public VolumeFormat(LunOpener opener, Rng rng) {
    this.opener = opener;
    this.rng = rng;
  }

  /** The catalog of the new volume; its LUNs are closed again. */
  public Catalog create(FormatRequest request) {
    requireSane(request);
    try (OpenLuns open = new OpenLuns(opener, request.paths(), LunOpener.Claim.EXCLUSIVE)) {
      for (int i = 0; i < request.paths().size(); i++) {
        requireFit(request.paths().get(i), open.devices().get(i), request.isForced());
      }
      List<LabelledLun> luns = identities(request, open.devices());
      Catalog catalog = firstCatalog(request, luns);
      Invariant.check(catalog.volumeBytes() > 0, "a volume has bytes");
      open.devices().forEach(VolumeFormat::erase);
      new CatalogStore(luns).create(catalog);
      luns.forEach(LabelledLun::writeLabel);
      return catalog;
    }
  }

  private static void requireSane(FormatRequest request) {
    int count = request.paths().size();
    if (count < 1 || count > Catalog.MEMBERS_MAX) {
      throw VolumeError.BAD_LUN_COUNT.of(Integer.toString(count), "1 to " + Catalog.MEMBERS_MAX);
    }
    if (!Catalog.isName(request.name())) {
      throw VolumeError.BAD_VOLUME_NAME.of(request.name(),
          "it takes 1 to 64 letters, digits, '.', '_' and '-'");
    }
    if (request.stripeUnitBytes() != 0 && !StripeMap.isUnit(request.stripeUnitBytes())) {
      throw VolumeError.BAD_STRIPE_UNIT.of(Integer.toString(request.stripeUnitBytes()));
    }
  }

  private static void requireFit(String path, BlockDevice device, boolean isForced) {
    if (device.sizeBytes() < LunLayout.LUN_BYTES_MIN) {
      throw VolumeError.LUN_TOO_SMALL.of(path, Long.toString(device.sizeBytes()));
    }
    if (isForced) {
      return;
    }
    Optional<Label> label = label(path, device);
    if (label.isPresent()) {
      throw VolumeError.LUN_HAS_LABEL.of(path, label.get().cluster().toString());
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment start = AlignedMemory.allocate(arena, Signature.PROBE_BYTES);
      device.read(0, start, 0, Signature.PROBE_BYTES);
      Optional<String> owner = Signature.owner(start);
      if (owner.isPresent()) {
        throw VolumeError.LUN_NOT_EMPTY.of(path, owner.get());
      }
    }
  }

  private static Optional<Label> label(String path, BlockDevice device) {
    try {
      return LabelledLun.find(path, device);
    } catch (VolumeException e) {
      // Damaged or too new: somebody's LUN all the same.
      throw VolumeError.LUN_NOT_EMPTY.of(path, "a CFS label that cannot be read (" + e.code() + ")");
    }
  }

  private List<LabelledLun> identities(FormatRequest request, List<BlockDevice> devices) {
    UUID group = uuid();
    List<LabelledLun> luns = new ArrayList<>();
    for (int i = 0; i < devices.size(); i++) {
      Label label = new Label(request.cluster(), group, uuid(), rng.nextLong(), i, devices.size(),
          devices.get(i).sizeBytes());
      luns.add(new LabelledLun(request.paths().get(i), devices.get(i), label));
    }
    return luns;
  }

  private Catalog firstCatalog(FormatRequest request, List<LabelledLun> luns) {
    List<Label> labels = luns.stream().map(LabelledLun::label).toList();
    List<Member> members = labels.stream()
        .map(label -> new Member(label.lun(), label.lineage(), label.sizeBytes())).toList();
    // A stripe ends where its smallest LUN ends; what the others have more stays free.
    long smallest = labels.stream().mapToLong(VolumeFormat::dataBytes).min().orElseThrow();
    boolean isStriped = request.stripeUnitBytes() > 0;
    List<Extent> columns = labels.stream().map(label -> new Extent(label.lun(), LunLayout.DATA_START,
        isStriped ? smallest / StripeMap.UNIT_BYTES_MAX * StripeMap.UNIT_BYTES_MAX : dataBytes(label)))
        .toList();
    SegmentRecord segment = new SegmentRecord(isStriped ? SegmentKind.STRIPE : SegmentKind.LINEAR,
        request.stripeUnitBytes(), columns);
    return new Catalog(1, request.cluster(), labels.getFirst().group(), uuid(), request.name(), members,
        List.of(segment));
  }

  private static long dataBytes(Label label) {
    return label.tailStart() - LunLayout.DATA_START;
  }

  /** Both areas read as zeroes afterwards, so no catalog of an earlier life is ever found. */
  private static void erase(BlockDevice device) {
    long tail = LunLayout.tailStart(device.sizeBytes());
    device.writeZeroes(0, LunLayout.AREA_BYTES);
    device.writeZeroes(tail, LunLayout.AREA_BYTES);
    device.flush();
  }

  /** Random, of version 4 (RFC 9562). */
  private UUID uuid() {
    long high = rng.nextLong() & ~0xF000L | 0x4000L;
    long low = rng.nextLong() & ~(3L << 62) | 1L << 63;
    return new UUID(high, low);
  }
}
