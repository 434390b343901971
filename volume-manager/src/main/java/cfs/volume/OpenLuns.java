package cfs.volume;

import cfs.lun.LunOpener;
import cfs.lun.VolumeError;
import cfs.port.BlockDevice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** LUNs opened together: closed together unless somebody takes them over. */
final class OpenLuns implements AutoCloseable {
  private final List<BlockDevice> devices = new ArrayList<>();
  private boolean isTaken;

  OpenLuns(LunOpener opener, List<String> paths, LunOpener.Claim claim) {
    boolean isComplete = false;
    try {
      for (int i = 0; i < paths.size(); i++) {
        if (paths.indexOf(paths.get(i)) < i) {
          throw VolumeError.DUPLICATE_LUN.of(paths.get(i), "one given before");
        }
        devices.add(opener.open(paths.get(i), claim));
      }
      isComplete = true;
    } finally {
      if (!isComplete) {
        close();
      }
    }
  }

  List<BlockDevice> devices() {
    return Collections.unmodifiableList(devices);
  }

  /** The caller closes them from now on. */
  void take() {
    isTaken = true;
  }

  @Override
  public void close() {
    if (!isTaken) {
      devices.forEach(BlockDevice::close);
    }
  }
}
