package cfs.fsck;

import cfs.fsck.Finding.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one pass over the volume found, and the repairs that the level allows, to be run when the pass is over. */
final class Findings {
  /** Repairs beyond these wait for the next pass. */
  private static final int REPAIRS_MAX = 1_000_000;

  private final RepairLevel level;
  private final int kept;
  private final List<Finding> findings = new ArrayList<>();
  private final List<Runnable> structure = new ArrayList<>();
  private final List<Runnable> accounting = new ArrayList<>();
  private long count;
  private boolean errorsBeyondKept;

  Findings(RepairLevel level, int kept) {
    this.level = level;
    this.kept = kept;
  }

  void add(FindingCode code, long block, String expected, String found) {
    add(code, block, expected, found, null);
  }

  /** @param repair run after the pass if the level allows it; null when this one cannot be repaired */
  void add(FindingCode code, long block, String expected, String found, @Nullable Runnable repair) {
    count++;
    if (findings.size() < kept) {
      findings.add(new Finding(code, block, expected, found, Outcome.NOT_REPAIRED));
    } else {
      errorsBeyondKept |= code.isError();
    }
    if (repair != null && code.repairedAt(level)) {
      List<Runnable> repairs = code.kind() == FindingCode.Kind.STRUCTURE ? structure : accounting;
      if (structure.size() + accounting.size() < REPAIRS_MAX) {
        repairs.add(repair);
      }
    }
  }

  boolean repairs(FindingCode code) {
    return code.repairedAt(level);
  }

  List<Finding> list() {
    return findings;
  }

  long count() {
    return count;
  }

  boolean errorsBeyondKept() {
    return errorsBeyondKept;
  }

  /** Repairs to run now: those of structure alone if there are any, since they change what the others were based on. */
  List<Runnable> repairs() {
    return structure.isEmpty() ? accounting : structure;
  }
}
