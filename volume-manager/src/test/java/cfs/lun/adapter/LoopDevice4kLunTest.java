package cfs.lun.adapter;

/** The contract on a block device with 4096-byte sectors. */
class LoopDevice4kLunTest extends LoopDeviceContract {
  @Override
  int deviceSectorBytes() {
    return 4096;
  }
}
