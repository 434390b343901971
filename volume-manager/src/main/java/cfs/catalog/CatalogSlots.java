package cfs.catalog;

import cfs.error.Invariant;
import cfs.lun.AlignedMemory;
import cfs.lun.VolumeError;
import cfs.port.BlockDevice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Reads and writes the catalog slots of one LUN. A generation's slot is its parity, so g and g + 1 never share one. */
final class CatalogSlots {
  private final LabelledLun lun;

  CatalogSlots(LabelledLun lun) {
    this.lun = lun;
  }

  private long offset(int area, long generation) {
    return lun.areaStart(area) + LunLayout.slotOffset((int) (generation & 1));
  }

  SlotCopy read(int lunIndex, int area, int slot) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = AlignedMemory.allocate(arena, LunLayout.SLOT_BYTES);
      lun.device().read(offset(area, slot), bytes, 0, LunLayout.SLOT_BYTES);
      MemorySegment body = bytes.asSlice(LunLayout.MARK_BYTES);
      if (CatalogBody.isTooNew(body)) {
        throw VolumeError.FORMAT_TOO_NEW.of(lun.path(), Integer.toString(CatalogBody.version(body)));
      }
      Optional<Catalog> catalog = CatalogBody.read(body)
          .filter(found -> found.group().equals(lun.label().group()) && (found.generation() & 1) == slot);
      Optional<CommitMark> mark = CommitMark.read(bytes)
          .filter(found -> found.group().equals(lun.label().group()));
      return new SlotCopy(lunIndex, area, catalog, CatalogBody.crc(body), mark);
    }
  }

  /** Writes the body into both areas and makes it durable, as prepared: without touching the mark. */
  void prepare(Catalog catalog) {
    Invariant.check(catalog.defect().isEmpty(), "only sound catalogs are written", catalog.generation());
    long length = align(CatalogBody.lengthBytes(catalog));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment body = AlignedMemory.allocate(arena, length);
      CatalogBody.write(catalog, body);
      writeBoth(catalog.generation(), LunLayout.MARK_BYTES, body, length);
    }
  }

  /** Writes the commit mark into both areas and makes it durable. */
  void commit(CommitMark mark) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment block = AlignedMemory.allocate(arena, LunLayout.MARK_BYTES);
      mark.write(block);
      writeBoth(mark.generation(), 0, block, LunLayout.MARK_BYTES);
    }
  }

  private void writeBoth(long generation, long inSlot, MemorySegment bytes, long length) {
    BlockDevice device = lun.device();
    device.write(offset(0, generation) + inSlot, bytes, 0, length);
    device.write(offset(1, generation) + inSlot, bytes, 0, length);
    device.flush();
  }

  static CommitMark mark(Catalog catalog) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment body = AlignedMemory.allocate(arena, align(CatalogBody.lengthBytes(catalog)));
      return new CommitMark(catalog.generation(), CatalogBody.write(catalog, body), catalog.group());
    }
  }

  static long align(long bytes) {
    return (bytes + LunLayout.MARK_BYTES - 1) / LunLayout.MARK_BYTES * LunLayout.MARK_BYTES;
  }
}
