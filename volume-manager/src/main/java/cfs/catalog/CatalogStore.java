package cfs.catalog;

import cfs.error.FencedException;
import cfs.error.FsException;
import cfs.error.Invariant;
import cfs.lun.VolumeError;
import java.util.ArrayList;
import java.util.List;

/**
 * The catalog of one group, on its LUNs. A change goes: body to all LUNs, flush, mark to all that have it, flush; it is
 * in force when a majority has the mark, and a crash anywhere leaves the old or the new one. Not thread-safe. Across the
 * cluster, callers hold the catalog lock exclusively for {@link #change} and against changes for {@link #open}.
 */
public final class CatalogStore {
  private final List<LabelledLun> luns;

  /** @param luns at least one; all of one cluster and group, each LUN once */
  public CatalogStore(List<LabelledLun> luns) {
    Invariant.check(!luns.isEmpty(), "a group has LUNs");
    this.luns = List.copyOf(luns);
  }

  /** The catalog in force; completes a commit that a crash left on a minority, so that it stays in force. */
  public Catalog open() {
    CatalogSurvey survey = new CatalogSurvey(luns);
    Catalog chosen = survey.choose();
    if (!survey.isSettled(chosen)) {
      write(chosen);
    }
    return chosen;
  }

  /**
   * Replaces the catalog. CATALOG_CHANGE_FAILED when too few LUNs took it; whether it is in force then, {@link #open}
   * decides.
   *
   * @param next carries the generation it was derived from
   * @return {@code next} with its own generation
   */
  public Catalog change(Catalog next) {
    String group = next.group().toString();
    CatalogSurvey survey = new CatalogSurvey(luns);
    Catalog current = survey.choose();
    if (current.generation() != next.generation()) {
      throw VolumeError.CATALOG_CHANGE_FAILED.of(group, "it is at generation " + current.generation()
          + " by now, the change was made from " + next.generation());
    }
    // Majorities of two different sets need not meet: changing the members needs a transition that is not there yet.
    Invariant.check(current.members().equals(next.members()), "the members stay", current.generation());
    if (!survey.isSettled(current)) {
      write(current);
    }
    Catalog numbered = next.withGeneration(generationAfter(current.generation(), survey.generationMax()));
    write(numbered);
    return numbered;
  }

  /** The first catalog of a new group; every LUN must take it. */
  public void create(Catalog first) {
    Invariant.check(first.generation() == 1, "a group starts with generation 1", first.generation());
    requireFits(first);
    CommitMark mark = CatalogSlots.mark(first);
    luns.forEach(lun -> new CatalogSlots(lun).prepare(first));
    luns.forEach(lun -> new CatalogSlots(lun).commit(mark));
  }

  /** Larger than anything ever prepared, so that no two bodies share a number, and in the other slot than the current. */
  static long generationAfter(long current, long max) {
    long next = max + 1;
    return (next & 1) == (current & 1) ? next + 1 : next;
  }

  private void write(Catalog catalog) {
    requireFits(catalog);
    String group = catalog.group().toString();
    List<FsException> failures = new ArrayList<>();
    List<CatalogSlots> prepared = new ArrayList<>();
    for (LabelledLun lun : luns) {
      CatalogSlots slots = new CatalogSlots(lun);
      if (succeeds(() -> slots.prepare(catalog), failures)) {
        prepared.add(slots);
      }
    }
    requireMajority(catalog, prepared.size(), group, failures);
    CommitMark mark = CatalogSlots.mark(catalog);
    long committed = prepared.stream().filter(slots -> succeeds(() -> slots.commit(mark), failures)).count();
    requireMajority(catalog, committed, group, failures);
  }

  /** A LUN that fails takes no further part; a host that was fenced stops at once. */
  private static boolean succeeds(Runnable step, List<FsException> failures) {
    try {
      step.run();
      return true;
    } catch (FencedException e) {
      throw e;
    } catch (FsException e) {
      failures.add(e);
      return false;
    }
  }

  private static void requireMajority(Catalog catalog, long count, String group, List<FsException> failures) {
    if (!catalog.isMajority(count)) {
      throw VolumeError.CATALOG_CHANGE_FAILED.of(group, "only " + count + " of " + catalog.members().size()
          + " LUNs took it; " + failures.getFirst().getMessage());
    }
  }

  private static void requireFits(Catalog catalog) {
    long length = CatalogBody.lengthBytes(catalog);
    if (length > LunLayout.BODY_BYTES_MAX) {
      throw VolumeError.CATALOG_FULL.of(catalog.name(),
          length + " bytes, " + LunLayout.BODY_BYTES_MAX + " fit");
    }
  }
}
