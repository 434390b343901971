package cfs.stress.process;

import cfs.error.FencedException;
import cfs.port.BlockDevice;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** One host's access to a shared LUN, until it is cut: what is under way then completes, nothing starts any more. */
final class CuttableDevice implements BlockDevice {
  private final BlockDevice lun;
  private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();
  private boolean cut;

  CuttableDevice(BlockDevice lun) {
    this.lun = lun;
  }

  void cut() {
    use.writeLock().lock();
    cut = true;
    use.writeLock().unlock();
  }

  private void run(Runnable io) {
    use.readLock().lock();
    try {
      if (cut) {
        throw new FencedException("the host was killed by the test");
      }
      io.run();
    } finally {
      use.readLock().unlock();
    }
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
    run(() -> lun.read(offset, buffer, bufferOffset, length));
  }

  @Override
  public void write(long offset, MemorySegment buffer, long bufferOffset, long length) {
    run(() -> lun.write(offset, buffer, bufferOffset, length));
  }

  @Override
  public void flush() {
    run(lun::flush);
  }

  @Override
  public void writeZeroes(long offset, long length) {
    run(() -> lun.writeZeroes(offset, length));
  }

  @Override
  public void discard(long offset, long length) {
    run(() -> lun.discard(offset, length));
  }

  @Override
  public void close() {}
}
