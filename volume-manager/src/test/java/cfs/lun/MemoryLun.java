package cfs.lun;

import cfs.error.FsError;
import cfs.error.FsException;
import cfs.error.Invariant;
import cfs.port.BlockDevice;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A sparse LUN in memory with a volatile write cache: power loss keeps what was flushed and, of everything else, any sectors.
 * Calls go through a {@link PowerSwitch} that may cut the power before any of them.
 */
public final class MemoryLun implements BlockDevice {
  private static final int SECTOR = 512;

  /** Cuts the power at a chosen write or flush, counted over all LUNs that share it. */
  public static final class PowerSwitch {
    private long remaining = Long.MAX_VALUE;
    private long passed;

    public void cutAfter(long calls) {
      remaining = calls;
    }

    public long passed() {
      return passed;
    }

    private void pass() {
      if (remaining == 0) {
        throw new PowerLost();
      }
      remaining--;
      passed++;
    }
  }

  /** Not an FsException: a dead host handles nothing. */
  public static final class PowerLost extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private record Pending(long sector, byte[] bytes) {}

  private final long sizeBytes;
  private final PowerSwitch power;
  private final Map<Long, byte[]> durable;
  private final Map<Long, byte[]> current;
  private final List<Pending> pending = new ArrayList<>();
  private boolean isFailing;
  private boolean isClosed;
  private int writesLeft = Integer.MAX_VALUE;
  private int flushes;
  private int ioCount;

  public MemoryLun(long sizeBytes) {
    this(sizeBytes, new PowerSwitch());
  }

  public MemoryLun(long sizeBytes, PowerSwitch power) {
    this(sizeBytes, power, new HashMap<>());
  }

  private MemoryLun(long sizeBytes, PowerSwitch power, Map<Long, byte[]> content) {
    this.sizeBytes = sizeBytes;
    this.power = power;
    this.durable = content;
    this.current = new HashMap<>(content);
  }

  /** The LUN as it is now, everything durable, on another switch and possibly of another size. */
  public synchronized MemoryLun copy(long newSizeBytes, PowerSwitch newPower) {
    HashMap<Long, byte[]> kept = new HashMap<>(current);
    kept.keySet().removeIf(sector -> sector * SECTOR >= newSizeBytes);
    return new MemoryLun(newSizeBytes, newPower, kept);
  }

  /** The LUN after power loss: each sector written since the last flush may be there or not, as {@code random} has it. */
  public synchronized MemoryLun afterPowerLoss(Random random, PowerSwitch newPower) {
    HashMap<Long, byte[]> left = new HashMap<>(durable);
    int chance = random.nextInt(5);
    for (Pending write : pending) {
      if (random.nextInt(4) < chance) {
        left.put(write.sector, write.bytes);
      }
    }
    return new MemoryLun(sizeBytes, newPower, left);
  }

  /** From now on every call fails with an I/O error, or no longer. */
  public synchronized void fail(boolean failing) {
    isFailing = failing;
  }

  /** After so many more writes and flushes each further one fails with an I/O error; reads go on. */
  public synchronized void failWritesAfter(int calls) {
    writesLeft = calls;
  }

  public synchronized int flushes() {
    return flushes;
  }

  /** Reads, writes, zeroings and discards so far. */
  public synchronized int ioCount() {
    return ioCount;
  }

  public synchronized boolean isClosed() {
    return isClosed;
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public int sectorBytes() {
    return SECTOR;
  }

  @Override
  public synchronized void read(long offset, MemorySegment buffer, long bufferOffset, long length) {
    check(offset, length);
    Invariant.check((buffer.address() + bufferOffset) % SECTOR == 0, "aligned buffer");
    for (long done = 0; done < length; done += SECTOR) {
      byte[] sector = current.get((offset + done) / SECTOR);
      MemorySegment to = buffer.asSlice(bufferOffset + done, SECTOR);
      if (sector == null) {
        to.fill((byte) 0);
      } else {
        MemorySegment.copy(sector, 0, to, ValueLayout.JAVA_BYTE, 0, SECTOR);
      }
    }
  }

  @Override
  public synchronized void write(long offset, MemorySegment buffer, long bufferOffset, long length) {
    check(offset, length);
    Invariant.check((buffer.address() + bufferOffset) % SECTOR == 0, "aligned buffer");
    for (long done = 0; done < length; done += SECTOR) {
      put((offset + done) / SECTOR,
          buffer.asSlice(bufferOffset + done, SECTOR).toArray(ValueLayout.JAVA_BYTE));
    }
    passWrite();
  }

  @Override
  public synchronized void writeZeroes(long offset, long length) {
    check(offset, length);
    for (long done = 0; done < length; done += SECTOR) {
      if (current.containsKey((offset + done) / SECTOR)) {
        put((offset + done) / SECTOR, new byte[SECTOR]);
      }
    }
    passWrite();
  }

  @Override
  public void discard(long offset, long length) {
    writeZeroes(offset, length);
  }

  @Override
  public synchronized void flush() {
    check(0, 0);
    passWrite();
    flushes++;
    ioCount--;
    pending.forEach(write -> durable.put(write.sector, write.bytes));
    pending.clear();
  }

  @Override
  public synchronized void close() {
    isClosed = true;
  }

  private void passWrite() {
    power.pass();
    if (writesLeft == 0) {
      throw new FsException(FsError.IO, "the LUN fails because the test says so");
    }
    writesLeft--;
  }

  private void put(long sector, byte[] bytes) {
    current.put(sector, bytes);
    pending.add(new Pending(sector, bytes));
  }

  private void check(long offset, long length) {
    if (isFailing || isClosed) {
      throw new FsException(FsError.IO, "the LUN fails because the test says so");
    }
    ioCount++;
    Invariant.check(
        (offset | length) % SECTOR == 0 && offset >= 0 && length >= 0 && length <= sizeBytes - offset,
        "I/O is whole sectors inside the LUN", offset);
  }
}
