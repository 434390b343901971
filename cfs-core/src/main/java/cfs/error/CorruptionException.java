package cfs.error;

/** Metadata on the LUN is not what it must be. Never answered with a guess: the owner becomes unreadable until repaired. */
public final class CorruptionException extends FsException {
  private static final long serialVersionUID = 1L;

  private final long block;

  /** @param block volume block number of the damaged block */
  public CorruptionException(long block, String expected, String found) {
    super(FsError.CORRUPT, "block " + block + ": expected " + expected + ", found " + found, null);
    this.block = block;
  }

  public long block() {
    return block;
  }
}
