package cfs.volume;

import cfs.error.Invariant;
import cfs.port.BlockDevice;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * A volume: its segments one after the other, served as one block device. An I/O within one stripe unit goes straight to
 * its LUN, with no allocation, copy or lock; a larger one is split along the mapping and its parts go out in order on the
 * caller's thread.
 *
 * <p>Invariant: {@code starts} ascends from 0 and has one entry per segment.
 */
public final class Volume implements BlockDevice {
  private final List<BlockDevice> luns;
  private final FlushGate[] gates;
  private final Segment[] segments;
  private final long[] starts;
  private final long sizeBytes;
  private final int sectorBytes;

  /**
   * @param segments at least one, in the order of the volume's address space
   * @param luns what the segments' columns refer to; closed with the volume
   */
  public Volume(List<Segment> segments, List<? extends BlockDevice> luns) {
    Invariant.check(!segments.isEmpty(), "a volume has segments");
    this.luns = List.copyOf(luns);
    this.gates = this.luns.stream().map(FlushGate::new).toArray(FlushGate[]::new);
    this.segments = segments.toArray(Segment[]::new);
    this.starts = new long[this.segments.length];
    long end = 0;
    for (int i = 0; i < starts.length; i++) {
      starts[i] = end;
      end = Math.addExact(end, this.segments[i].sizeBytes());
    }
    this.sizeBytes = end;
    this.sectorBytes = this.luns.stream().mapToInt(BlockDevice::sectorBytes).max().orElseThrow();
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  /** The largest of its LUNs' sectors. */
  @Override
  public int sectorBytes() {
    return sectorBytes;
  }

  @Override
  public void read(long offset, MemorySegment buffer, long bufferOffset, long length) {
    Objects.checkFromIndexSize(bufferOffset, length, buffer.byteSize());
    submit(false, offset, buffer, bufferOffset, length);
  }

  @Override
  public void write(long offset, MemorySegment buffer, long bufferOffset, long length) {
    Objects.checkFromIndexSize(bufferOffset, length, buffer.byteSize());
    submit(true, offset, buffer, bufferOffset, length);
  }

  @Override
  public void writeZeroes(long offset, long length) {
    clear(offset, length, false);
  }

  @Override
  public void discard(long offset, long length) {
    clear(offset, length, true);
  }

  /** Flushes all LUNs, sharing flushes with concurrent callers. Covers what any host wrote. */
  @Override
  public void flush() {
    for (FlushGate gate : gates) {
      gate.flush();
    }
  }

  @Override
  public void close() {
    luns.forEach(BlockDevice::close);
  }

  private void submit(boolean isWrite, long offset, MemorySegment buffer, long bufferOffset, long length) {
    check(offset, length);
    for (long done = 0; done < length;) {
      int index = segmentAt(offset + done);
      Segment segment = segments[index];
      long inSegment = offset + done - starts[index];
      long run = Math.min(segment.runBytes(inSegment), length - done);
      int lun = segment.lun(inSegment);
      if (isWrite) {
        luns.get(lun).write(segment.lunOffset(inSegment), buffer, bufferOffset + done, run);
      } else {
        luns.get(lun).read(segment.lunOffset(inSegment), buffer, bufferOffset + done, run);
      }
      done += run;
    }
  }

  /** One call per column and segment: what a range leaves in a column is one range there. */
  private void clear(long offset, long length, boolean isDiscard) {
    check(offset, length);
    for (long done = 0; done < length;) {
      int index = segmentAt(offset + done);
      Segment segment = segments[index];
      long from = offset + done - starts[index];
      long to = Math.min(from + length - done, segment.sizeBytes());
      for (int column = 0; column < segment.columnCount(); column++) {
        long start = segment.bytesBefore(column, from);
        long end = segment.bytesBefore(column, to);
        if (start < end) {
          clear(segment.columnLun(column), segment.columnStart(column) + start, end - start, isDiscard);
        }
      }
      done += to - from;
    }
  }

  private void clear(int lun, long offset, long length, boolean isDiscard) {
    if (isDiscard) {
      luns.get(lun).discard(offset, length);
    } else {
      luns.get(lun).writeZeroes(offset, length);
    }
  }

  private void check(long offset, long length) {
    Invariant.check(((offset | length) & (sectorBytes - 1)) == 0, "I/O is a multiple of the sector", offset);
    Invariant.check(offset >= 0 && length >= 0 && length <= sizeBytes - offset, "I/O is inside the volume",
        offset);
  }

  private int segmentAt(long offset) {
    if (starts.length == 1) {
      return 0;
    }
    int found = Arrays.binarySearch(starts, offset);
    return found >= 0 ? found : -found - 2;
  }
}
