package cfs.lun.adapter;

/** The contract on a block device with 512-byte sectors. */
class LoopDeviceLunTest extends LoopDeviceContract {
  @Override
  int deviceSectorBytes() {
    return 512;
  }
}
