package cfs.journal;

import cfs.format.BlockHeader;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A metadata block in memory. Its content belongs to whoever holds the owner's cluster lock and local lock; the log's fields
 * belong to the {@link Journal}.
 *
 * <p>Invariants: {@code logged} is the newest committed image that is not in place yet; it never goes back in version.
 */
public final class MetaBlock {
  private final long block;
  private final byte[] bytes;
  private final MemorySegment image;

  /** Transaction that last changed the content; guarded by being inside a transaction. */
  long changedSequence;

  byte @Nullable [] logged;
  long loggedSequence;

  /** Freed: what is logged need not reach its place any more, and must not, since the block may have a new owner. */
  volatile boolean freed;

  MetaBlock(long block, byte[] bytes) {
    this.block = block;
    this.bytes = bytes;
    this.image = MemorySegment.ofArray(bytes);
  }

  public long block() {
    return block;
  }

  public MemorySegment image() {
    return image;
  }

  public long version() {
    return BlockHeader.version(image);
  }

  byte[] bytes() {
    return bytes;
  }
}
