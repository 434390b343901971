package cfs.lun;

import cfs.port.BlockDevice;

class MemoryLunTest extends BlockDeviceContract {
  @Override
  protected BlockDevice open() {
    return new MemoryLun(BYTES_MIN);
  }
}
