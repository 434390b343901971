package cfs.volume;

import cfs.lun.BlockDeviceContract;
import cfs.lun.MemoryLun;
import cfs.port.BlockDevice;
import java.util.List;

/** A volume of two segments, so that contract I/O crosses stripe units, columns and segments. */
class StripedVolumeTest extends BlockDeviceContract {
  private static final long MIB = 1 << 20;

  @Override
  protected BlockDevice open() {
    Segment stripe = new Segment(new StripeMap(3, MIB, 65536),
        List.of(new Column(0, MIB, MIB), new Column(1, 2 * MIB, MIB), new Column(2, MIB, MIB)));
    Segment linear = new Segment(new LinearMap(2 * MIB, 4 * MIB),
        List.of(new Column(1, 4 * MIB, 2 * MIB), new Column(0, 3 * MIB, 4 * MIB)));
    return new Volume(List.of(stripe, linear),
        List.of(new MemoryLun(8 * MIB), new MemoryLun(8 * MIB), new MemoryLun(8 * MIB)));
  }
}
