package cfs.lun;

import cfs.port.BlockDevice;
import java.util.LinkedHashMap;
import java.util.Map;

/** Opens memory LUNs by name; opening gives the content of the name, closing one opening does not end it. */
public final class MemoryLuns implements LunOpener {
  private final Map<String, MemoryLun> luns = new LinkedHashMap<>();
  private final Map<String, MemoryLun> opened = new LinkedHashMap<>();

  public MemoryLuns with(String path, MemoryLun lun) {
    luns.put(path, lun);
    return this;
  }

  public MemoryLun lun(String path) {
    return luns.get(path);
  }

  /** Whether everything that was opened is closed again. */
  public boolean allClosed() {
    return opened.values().stream().allMatch(MemoryLun::isClosed);
  }

  @Override
  public BlockDevice open(String path, Claim claim) {
    MemoryLun lun = luns.get(path);
    if (lun == null) {
      throw VolumeError.LUN_NOT_FOUND.of(path);
    }
    if (lun.isClosed()) {
      lun = lun.copy(lun.sizeBytes(), new MemoryLun.PowerSwitch());
      luns.put(path, lun);
    }
    opened.put(path, lun);
    return lun;
  }
}
