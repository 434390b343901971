package cfs.catalog;

import cfs.error.FencedException;
import cfs.error.FsException;
import cfs.lun.VolumeError;
import cfs.lun.VolumeException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Everything the LUNs at hand say about their catalog, and the choice that follows from it.
 *
 * <p>Why the choice is safe: a mark is written only after its body is durable on a majority. So (1) one mark anywhere
 * proves that its body can be completed, and (2) if no LUN at hand has a mark of a prepared generation, only a LUN that is
 * not at hand could; then the choice is refused, because that LUN may come back.
 */
final class CatalogSurvey {
  private final List<LabelledLun> luns;
  private final List<SlotCopy> copies = new ArrayList<>();
  /** LUNs of which an area could not be read: they may hold a mark that is not seen. */
  private final Set<Integer> unreadable = new HashSet<>();

  CatalogSurvey(List<LabelledLun> luns) {
    this.luns = luns;
    for (int lun = 0; lun < luns.size(); lun++) {
      CatalogSlots slots = new CatalogSlots(luns.get(lun));
      for (int index = 0; index < 4; index++) {
        read(slots, lun, index >> 1, index & 1);
      }
    }
  }

  private void read(CatalogSlots slots, int lun, int area, int slot) {
    try {
      copies.add(slots.read(lun, area, slot));
    } catch (FencedException e) {
      throw e;
    } catch (FsException e) {
      if (e instanceof VolumeException) {
        throw e;
      }
      unreadable.add(lun);
    }
  }

  /** The catalog in force. */
  Catalog choose() {
    String group = luns.getFirst().label().group().toString();
    requireLabelMajority(group);
    Catalog chosen = newestMarked(group);
    requireMembers(chosen);
    List<Member> missing = chosen.missing(luns.stream().map(lun -> lun.label().lun()).toList());
    // A LUN counts when one of its areas was read in full: what is prepared is in both.
    long atHand = copies.stream().collect(Collectors.groupingBy(copy -> copy.lun() * 2 + copy.area(),
        Collectors.counting())).entrySet().stream().filter(entry -> entry.getValue() == 2)
        .map(entry -> entry.getKey() / 2).distinct().count();
    if (!chosen.isMajority(atHand)) {
      throw VolumeError.MAJORITY_MISSING.of(group, atHand + " of " + chosen.members().size());
    }
    boolean isBlind = !missing.isEmpty() || !unreadable.isEmpty();
    if (isBlind && generationMax() > chosen.generation()) {
      throw VolumeError.CATALOG_UNRESOLVED.of(group,
          "generation " + generationMax() + ", " + (missing.size() + unreadable.size())
              + " LUNs not readable");
    }
    return chosen;
  }

  /** Before any catalog is known, the labels say how many LUNs there are. */
  private void requireLabelMajority(String group) {
    int lunCount = luns.getFirst().label().lunCount();
    if (luns.size() * 2 <= lunCount) {
      throw VolumeError.MAJORITY_MISSING.of(group, luns.size() + " of " + lunCount);
    }
  }

  /** A mark counts wherever it is; its body may come from any LUN. */
  private Catalog newestMarked(String group) {
    CommitMark newest = copies.stream().flatMap(copy -> copy.mark().stream())
        .max((a, b) -> Long.compare(a.generation(), b.generation()))
        .orElseThrow(() -> VolumeError.CATALOG_DAMAGED.of(group, "no commit mark on any of its LUNs"));
    boolean isForked = copies.stream().flatMap(copy -> copy.mark().stream())
        .anyMatch(mark -> mark.generation() == newest.generation() && mark.bodyCrc() != newest.bodyCrc());
    if (isForked) {
      throw VolumeError.CATALOG_CONFLICT.of(group, "both called generation " + newest.generation());
    }
    return copies.stream().filter(copy -> copy.bodyCrc() == newest.bodyCrc())
        .flatMap(copy -> copy.body().stream()).filter(body -> body.generation() == newest.generation())
        .findFirst().orElseThrow(() -> VolumeError.CATALOG_DAMAGED.of(group,
            "generation " + newest.generation() + " is committed, but every copy of it is damaged"));
  }

  private void requireMembers(Catalog chosen) {
    for (LabelledLun lun : luns) {
      UUID id = lun.label().lun();
      Optional<Member> member = chosen.member(id);
      if (member.isEmpty() || member.get().lineage() != lun.label().lineage()) {
        throw VolumeError.STALE_LUN.of(lun.path(), member.isEmpty()
            ? "one that is not in catalog generation " + chosen.generation()
            : "a copy of it from another labelling (LUN " + id + ")");
      }
    }
  }

  /** Whether the catalog's mark and body are on a majority, so that no later loss of a minority can hide it. */
  boolean isSettled(Catalog chosen) {
    long holders = copies.stream().filter(SlotCopy::isCommitted)
        .filter(copy -> copy.body().orElseThrow().generation() == chosen.generation()).map(SlotCopy::lun)
        .distinct().count();
    return chosen.isMajority(holders);
  }

  /** The largest generation anybody ever wrote, committed or not. */
  long generationMax() {
    return copies.stream().mapToLong(SlotCopy::generation).max().orElse(0);
  }
}
