package cfs.fsck;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Outcome of a check.
 *
 * @param findings in the order they were found, at most as many as the options allow
 * @param findingCount all of them
 * @param moreErrors errors are left that did not fit into the findings
 * @param failure why the check could not be completed, or null
 */
public record FsckReport(
    List<Finding> findings,
    long findingCount,
    long directories,
    long otherInodes,
    long usedBlocks,
    boolean moreErrors,
    @Nullable String failure) {
  /** Exit codes of fsck(8). */
  public static final int CLEAN = 0;

  public static final int REPAIRED = 1;
  public static final int ERRORS_LEFT = 4;
  public static final int OPERATIONAL_ERROR = 8;

  public FsckReport { findings = List.copyOf(findings); }

  public int exitCode() {
    if (failure != null) {
      return OPERATIONAL_ERROR;
    }
    boolean repaired = false;
    for (Finding f : findings) {
      if (f.code().isError() && f.outcome() == Finding.Outcome.NOT_REPAIRED) {
        return ERRORS_LEFT;
      }
      repaired |= f.code().isError();
    }
    return moreErrors ? ERRORS_LEFT : repaired ? REPAIRED : CLEAN;
  }

  /** No errors; deleted inodes may wait to be freed and journals to be replayed. */
  public boolean isClean() {
    return exitCode() == CLEAN;
  }
}
