package cfs.lun;

import cfs.error.FsError;
import cfs.error.FsException;
import cfs.error.Invariant;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;

/**
 * A bounded pool of equal native buffers aligned to 4096 bytes, which every sector size and O_DIRECT accept. For small
 * metadata I/O, where allocating and zeroing each time would cost more than the copy. Thread-safe.
 *
 * <p>Invariant: buffers handed out plus buffers kept never exceed {@code bufferCount}.
 */
public final class AlignedMemory implements AutoCloseable {
  /** The strictest alignment any LUN asks for. */
  public static final int ALIGNMENT_BYTES = 4096;

  private final Arena arena = Arena.ofShared();
  private final ArrayDeque<MemorySegment> free = new ArrayDeque<>();
  private final int bufferCount;
  private final long bufferBytes;
  private int created;

  /**
   * @param bufferCount most buffers that exist at a time, at least 1
   * @param bufferBytes size of each, a positive multiple of 4096
   */
  public AlignedMemory(int bufferCount, long bufferBytes) {
    Invariant.check(bufferCount > 0, "pool has buffers", bufferCount);
    this.bufferCount = bufferCount;
    this.bufferBytes = bufferBytes;
  }

  /** Zeroed native memory of {@code bytes} (a multiple of 4096) that lives as long as {@code arena}. */
  public static MemorySegment allocate(Arena arena, long bytes) {
    Invariant.check(bytes > 0 && bytes % ALIGNMENT_BYTES == 0, "aligned size", bytes);
    return arena.allocate(bytes, ALIGNMENT_BYTES);
  }

  /** A buffer with undefined content; NO_MEMORY when all are out: the caller has more I/O in flight than it promised. */
  public synchronized MemorySegment take() {
    MemorySegment kept = free.pollFirst();
    if (kept != null) {
      return kept;
    }
    if (created == bufferCount) {
      throw new FsException(FsError.NO_MEMORY, "all " + bufferCount + " I/O buffers of this pool are in use");
    }
    created++;
    return allocate(arena, bufferBytes);
  }

  /** Gives a buffer of {@link #take()} back, exactly once. */
  public synchronized void give(MemorySegment buffer) {
    Invariant.check(buffer.byteSize() == bufferBytes, "buffer of this pool", buffer.byteSize());
    Invariant.check(free.size() < created, "each buffer is given back once", free.size());
    free.addFirst(buffer);
  }

  /** Frees all buffers; none may be in use by an I/O. */
  @Override
  public void close() {
    arena.close();
  }
}
