package cfs.volume;

import cfs.port.BlockDevice;
import cfs.port.Lease;
import java.lang.foreign.MemorySegment;

/**
 * A LUN that answers only while this host's lease holds. Checked before each submit, reads too: a host that was fenced must
 * not serve what others have changed since. It wraps single LUNs, so every part of a split I/O is checked by itself; what
 * is in flight when the lease ends is the business of fencing.
 */
public final class LeasedDevice implements BlockDevice {
  private final BlockDevice lun;
  private final Lease lease;

  public LeasedDevice(BlockDevice lun, Lease lease) {
    this.lun = lun;
    this.lease = lease;
  }

  @Override
  public long sizeBytes() {
    return lun.sizeBytes();
  }

  @Override
  public int sectorBytes() {
    return lun.sectorBytes();
  }

  @Override
  public void read(long offset, MemorySegment buffer, long bufferOffset, long length) {
    lease.check();
    lun.read(offset, buffer, bufferOffset, length);
  }

  @Override
  public void write(long offset, MemorySegment buffer, long bufferOffset, long length) {
    lease.check();
    lun.write(offset, buffer, bufferOffset, length);
  }

  @Override
  public void flush() {
    lease.check();
    lun.flush();
  }

  @Override
  public void writeZeroes(long offset, long length) {
    lease.check();
    lun.writeZeroes(offset, length);
  }

  @Override
  public void discard(long offset, long length) {
    lease.check();
    lun.discard(offset, length);
  }

  /** Needs no lease: a fenced host has to let go too. */
  @Override
  public void close() {
    lun.close();
  }

  @Override
  public String toString() {
    return lun.toString();
  }
}
