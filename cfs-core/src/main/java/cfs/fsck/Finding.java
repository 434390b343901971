package cfs.fsck;

import java.util.List;

/**
 * One thing that is not as it must be.
 *
 * @param block volume block number of the structure; inode findings: the inode's number
 */
public record Finding(FindingCode code, long block, String expected, String found, Outcome outcome) {
  /** What became of it. */
  public enum Outcome {
    REPAIRED,
    NOT_REPAIRED
  }

  Finding with(Outcome newOutcome) {
    return new Finding(code, block, expected, found, newOutcome);
  }

  /** Equal for findings of two passes that are about the same thing. */
  Object identity() {
    return List.of(code, block, expected);
  }

  @Override
  public String toString() {
    return code + " block " + block + ": " + code.sentence() + " Expected " + expected + ", found " + found
        + (outcome == Outcome.REPAIRED ? "; repaired." : ".");
  }
}
