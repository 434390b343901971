package cfs.membership;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides, from what the store shows and what this host did, which view should follow. Pure, so that any host may decide at
 * any time: the compare-and-set lets one of them win and the others look again.
 *
 * @param view the view that is replaced
 * @param announced the runs whose session is alive, seen while {@code view} held
 * @param self this run
 * @param phase JOINING adds, LEAVING (when {@code drained}) removes this host
 * @param fenced runs whose fence was verified
 * @param replayed slots this host replayed under their current assignment
 */
record ViewChange(View view, SortedMap<Integer, HostRecord> announced, HostRecord self, Phase phase,
    boolean drained,
    Set<HostRecord> fenced, Set<Integer> replayed) {

  /**
   * Whether this host acts for all: the live member with the lowest id, or, when no member lives, the lowest announced
   * host. Two hosts may both think so for a moment; every step of theirs is idempotent or a compare-and-set.
   */
  static boolean leads(View view, SortedMap<Integer, HostRecord> announced, HostRecord self) {
    if (!self.sameRun(announced.get(self.hostId()))) {
      return false;
    }
    for (HostRecord member : view.members().values()) {
      if (member.sameRun(announced.get(member.hostId()))) {
        return self.sameRun(member);
      }
    }
    return announced.firstKey() == self.hostId();
  }

  /** Members whose session ended, or whose id runs anew. */
  static Set<HostRecord> gone(View view, Map<Integer, HostRecord> announced) {
    Set<HostRecord> gone = new HashSet<>();
    for (HostRecord member : view.members().values()) {
      if (!member.sameRun(announced.get(member.hostId()))) {
        gone.add(member);
      }
    }
    return gone;
  }

  /** The next view, or null when this host has nothing to change now. */
  @Nullable
  View next() {
    SortedMap<Integer, HostRecord> members = new TreeMap<>(view.members());
    SortedMap<Integer, Integer> recovering = new TreeMap<>(view.recovering());
    // Assigned to this host before, so `replayed` speaks of this assignment.
    recovering.entrySet()
        .removeIf(entry -> entry.getValue() == self.hostId() && replayed.contains(entry.getKey())
            && self.sameRun(members.get(self.hostId())));
    boolean leads = leads(view, announced, self);
    boolean evicts = leads && evict(members, recovering);
    if (leads) {
      recovering.replaceAll((slot, replayer) -> members.containsKey(replayer) ? replayer : self.hostId());
    }
    // A host never enters while another may still replay its slot: should it die again, who would replay that death?
    if (phase == Phase.JOINING && !members.containsKey(self.hostId())
        && recovering.getOrDefault(self.hostId(), self.hostId()) == self.hostId()) {
      members.put(self.hostId(), self);
    }
    if (phase == Phase.LEAVING && drained && !evicts && !recovering.containsValue(self.hostId())
        && self.sameRun(members.get(self.hostId()))) {
      members.remove(self.hostId());
    }
    if (recovering.containsValue(self.hostId()) && !self.sameRun(members.get(self.hostId()))) {
      // This run must be a member before it replays. Wait until its own former run is fenced and it can join.
      return null;
    }
    if (members.equals(view.members()) && recovering.equals(view.recovering())) {
      return null;
    }
    return new View(members.equals(view.members()) ? view.epoch() : view.epoch() + 1, members, recovering);
  }

  private boolean evict(SortedMap<Integer, HostRecord> members, SortedMap<Integer, Integer> recovering) {
    boolean any = false;
    for (HostRecord dead : gone(view, announced)) {
      if (fenced.contains(dead)) {
        members.remove(dead.hostId());
        recovering.put(dead.hostId(), self.hostId());
        any = true;
      }
    }
    return any;
  }
}
