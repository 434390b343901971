package cfs.membership;

import static org.assertj.core.api.Assertions.assertThat;

import cfs.port.LockMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A whole cluster from one seed, with oracles that stand outside the hosts. */
final class SimWorld {
  static final long SECOND = 1_000_000_000L;

  final long seed;
  final SimLoop loop;
  final SimStore store = new SimStore(this);
  SimFaults faults;
  final int hosts;
  final int resources;
  final int threadsPerHost;
  final long thinkNanos;
  final long holdNanos;
  final boolean allModes;
  /** The run of each host id that may be alive. */
  final TreeMap<Integer, SimHost> runs = new TreeMap<>();
  final List<SimHost> everyRun = new ArrayList<>();
  final Map<Long, Long> latest = new HashMap<>();
  final Map<Long, Long> disk = new HashMap<>();
  final Map<String, Integer> effects = new TreeMap<>();
  /** What dead runs held; only a replay of their slot frees it. */
  private final TreeMap<Integer, SimHost> ghosts = new TreeMap<>();
  private final Map<Integer, Map<Long, LockMode>> ghostModes = new HashMap<>();
  private final Set<String> cutLinks = new HashSet<>();
  private long incarnations;
  private boolean healed;

  SimWorld(long seed) {
    this.seed = seed;
    loop = new SimLoop(seed);
    faults = SimFaults.from(loop.random);
    hosts = 1 + loop.random.nextInt(6);
    resources = 1 + loop.random.nextInt(8);
    threadsPerHost = 1 + loop.random.nextInt(3);
    thinkNanos = 10_000_000L + loop.upTo(40_000_000L);
    holdNanos = loop.upTo(20_000_000L);
    allModes = loop.random.nextBoolean();
    store.onView = this::checkView;
  }

  SimHost boot(int id) {
    SimHost host = new SimHost(this,
        new HostRecord(id, ++incarnations, "host" + id + ":1", "pid " + incarnations));
    runs.put(id, host);
    everyRun.add(host);
    return host;
  }

  // ---- network and fencing

  void carry(int from, int to, byte[] frame) {
    if (cutLinks.contains(from + ">" + to) || loop.chance(faults.drop)) {
      effects.merge("dropped", 1, Integer::sum);
      return;
    }
    int copies = loop.chance(faults.duplicate) ? 2 : 1;
    for (int i = 0; i < copies; i++) {
      loop.at(loop.upTo(faults.delayNanos), () -> {
        SimHost target = runs.get(to);
        if (target != null && target.alive) {
          target.receive(from, frame);
        }
      });
    }
  }

  void fence(HostRecord host, Consumer<Boolean> verified) {
    loop.at(loop.upTo(300_000_000L), () -> {
      if (loop.chance(faults.fenceFailure)) {
        effects.merge("fence failed", 1, Integer::sum);
        verified.accept(false);
        return;
      }
      for (SimHost run : everyRun) {
        if (run.self.equals(host)) {
          assertThat(run.out && run.member.view().epoch() > 0 && left.contains(run))
              .as("fenced a host that left").isFalse();
          kill(run, "fenced");
        }
      }
      effects.merge("fenced", 1, Integer::sum);
      verified.accept(true);
    });
  }

  private final Set<SimHost> left = new HashSet<>();

  // ---- life and death

  void kill(SimHost run, String why) {
    if (run.alive) {
      runEnded(run, why);
      run.alive = false;
    }
  }

  /** From now on the run does nothing; what it held stays held until its slot is replayed. */
  void runEnded(SimHost run, String why) {
    effects.merge(why.startsWith("fenced itself") ? why : "ended: " + why, 1, Integer::sum);
    if (left.contains(run) || ghosts.containsValue(run) || buried.contains(run)) {
      return;
    }
    Map<Long, LockMode> modes = run.heldModes();
    if (modes.isEmpty() && run.dirty.isEmpty()) {
      return;
    }
    assertThat(ghosts).as("an earlier run was replayed before the next could hold anything")
        .doesNotContainKey(run.self.hostId());
    ghosts.put(run.self.hostId(), run);
    ghostModes.put(run.self.hostId(), modes);
  }

  private final Set<SimHost> buried = new HashSet<>();

  void replay(SimHost by, int slot) {
    assertThat(store.view().recovering()).as("a replay runs only while the store says so").containsEntry(slot,
        by.self.hostId());
    assertThat(store.view().lists(by.self)).isTrue();
    for (SimHost run : runs.values()) {
      assertThat(!run.alive || run.out || run.member.view().recovering().containsKey(slot)
          || !store.view().lists(run.self)
          || run.member.view().epoch() == 0).as("no member grants while a slot is replayed").isTrue();
    }
    for (SimHost run : everyRun) {
      if (run.self.hostId() == slot && run != by && run.alive) {
        assertThat(run.joined && !run.out).as("a replayed slot's host is dead").isFalse();
      }
    }
    SimHost ghost = ghosts.remove(slot);
    if (ghost != null) {
      ghostModes.remove(slot);
      buried.add(ghost);
      ghost.dirty.forEach((id, number) -> disk.merge(id, number, Math::max));
    }
    effects.merge("replayed", 1, Integer::sum);
  }

  void left(SimHost run) {
    effects.merge("left", 1, Integer::sum);
    assertThat(run.heldModes()).as("a host that left holds nothing").isEmpty();
    assertThat(run.dirty).isEmpty();
    left.add(run);
  }

  // ---- the shared disk

  long read(long id) {
    return disk.getOrDefault(id, 0L);
  }

  void write(long id, long number) {
    assertThat(number).as("no block goes back in version").isGreaterThan(read(id));
    disk.put(id, number);
  }

  long latest(long id) {
    return latest.getOrDefault(id, 0L);
  }

  // ---- oracles

  void checkPin(SimHost by, long id, LockMode mode) {
    for (SimHost other : runs.values()) {
      if (other != by && other.alive && !other.out) {
        checkPins(other, id, mode);
      }
    }
    ghosts.values().forEach(ghost -> checkPins(ghost, id, mode));
  }

  private static void checkPins(SimHost other, long id, LockMode mode) {
    int[] pins = other.pins.getOrDefault(id, new int[6]);
    for (LockMode pinned : LockMode.values()) {
      assertThat(pins[pinned.ordinal()] == 0 || pinned.compatibleWith(mode))
          .as("resource " + id + ": " + mode + " while host " + other.self.hostId() + " pins " + pinned)
          .isTrue();
    }
  }

  void checkNoPinAbove(SimHost host, long id, LockMode to) {
    int[] pins = host.pins.getOrDefault(id, new int[6]);
    for (LockMode pinned : LockMode.values()) {
      assertThat(pins[pinned.ordinal()] == 0 || to.covers(pinned)).as("demoted below a pin").isTrue();
    }
  }

  /** Never two incompatible holders anywhere, live or dead and not yet replayed. */
  void checkHolders() {
    Map<Long, List<Map.Entry<Integer, LockMode>>> holders = new HashMap<>();
    runs.values().stream().filter(run -> run.alive && !run.out)
        .forEach(run -> run.heldModes()
            .forEach((id, mode) -> holders.computeIfAbsent(id, none -> new ArrayList<>())
                .add(Map.entry(run.self.hostId(), mode))));
    ghostModes.forEach((slot, modes) -> modes.forEach((id, mode) -> holders
        .computeIfAbsent(id, none -> new ArrayList<>()).add(Map.entry(-slot, mode))));
    holders.forEach((id, list) -> {
      for (int i = 0; i < list.size(); i++) {
        for (int j = 0; j < i; j++) {
          assertThat(list.get(i).getValue().compatibleWith(list.get(j).getValue()))
              .as("resource " + id + " is held by " + list.get(i) + " and " + list.get(j)).isTrue();
        }
      }
    });
    runs.values().forEach(run -> run.member.engine().checkInvariants());
  }

  private void checkView(View before, View after) {
    effects.merge("view changed", 1, Integer::sum);
    if (after.epoch() == before.epoch()) {
      assertThat(after.members()).isEqualTo(before.members());
      assertThat(before.recovering().entrySet()).containsAll(after.recovering().entrySet());
      return;
    }
    assertThat(after.epoch()).isEqualTo(before.epoch() + 1);
    before.recovering().forEach((slot, replayer) -> {
      boolean finished = !after.recovering().containsKey(slot);
      boolean reassigned = !finished && !after.recovering().get(slot).equals(replayer);
      assertThat(reassigned && after.lists(before.members().get(replayer)))
          .as("a live replayer is not replaced")
          .isFalse();
    });
    before.members().values().stream().filter(member -> !after.lists(member)).forEach(gone -> {
      SimHost run = everyRun.stream().filter(each -> each.self.equals(gone)).findFirst().orElseThrow();
      boolean recovering = after.recovering().containsKey(gone.hostId());
      assertThat(!run.alive && recovering || run.stopping && run.heldModes().isEmpty()
          || !run.alive && run.heldModes().isEmpty())
          .as("host " + gone.hostId() + " leaves the view fenced, or by its will with nothing held").isTrue();
    });
  }

  LockMode randomMode() {
    int n = loop.random.nextInt(10);
    if (allModes) {
      return LockMode.values()[1 + n % 5];
    }
    return n < 6 ? LockMode.PR : LockMode.EX;
  }

  // ---- the plan

  private void chaos() {
    if (healed) {
      return;
    }
    loop.at(SECOND / 20, this::chaos);
    double slice = 1 / 20.0;
    SimHost run = runs.get(1 + loop.random.nextInt(hosts));
    if (run == null || !run.alive) {
      return;
    }
    // A fault that hits while a slot waits for replay, and hits who replays, is worth more than one at a quiet time.
    boolean busy = !store.view().recovering().isEmpty();
    if (busy && loop.chance(0.1 * faults.crashPerSecond)) {
      SimHost replayer = runs.get(store.view().recovering().values().iterator().next());
      if (replayer != null && replayer.alive) {
        effects.merge("replayer killed", 1, Integer::sum);
        crash(replayer);
      }
    } else if (loop.chance(faults.crashPerSecond * slice * hosts)) {
      crash(run);
    } else if (loop.chance(faults.storeCutPerSecond * slice * hosts)) {
      effects.merge("store cut", 1, Integer::sum);
      run.session.cut = true;
      loop.at(loop.upTo(4 * SECOND), () -> run.session.cut = false);
    } else if (loop.chance(faults.linkCutPerSecond * slice * hosts)) {
      String link = run.self.hostId() + ">" + (1 + loop.random.nextInt(hosts));
      cutLinks.add(link);
      loop.at(loop.upTo(3 * SECOND), () -> cutLinks.remove(link));
    } else if (loop.chance(faults.leavePerSecond * slice * hosts) && run.joined && !run.out) {
      run.leave();
    } else if (loop.chance(faults.pausePerSecond * slice * hosts)) {
      effects.merge("paused", 1, Integer::sum);
      run.paused = true;
      loop.at(loop.upTo(4 * SECOND), run::resume);
    }
  }

  private void crash(SimHost run) {
    kill(run, "crashed");
  }

  /** Starts dead or finished hosts anew after a while. */
  private void revive() {
    loop.at(SECOND / 2, this::revive);
    for (int id = 1; id <= hosts; id++) {
      SimHost run = runs.get(id);
      if (run == null || !run.alive || run.out) {
        if (healed || loop.chance(0.3)) {
          if (run != null && run.alive) {
            kill(run, "restarted");
          }
          boot(id);
        }
      }
    }
  }

  private void runFor(long nanos) {
    long end = loop.nanoTime() + nanos;
    while (loop.nanoTime() < end && loop.step()) {
      if (loop.executed % 64 == 0) {
        checkHolders();
      }
    }
  }

  /** Chaos, then peace: everybody must be a member, and every host must get work done. */
  void run() {
    boot(1 + loop.random.nextInt(hosts));
    loop.at(0, this::revive);
    loop.at(SECOND, this::chaos);
    runFor(8 * SECOND);
    healed = true;
    faults = SimFaults.none();
    cutLinks.clear();
    runs.values().forEach(run -> {
      run.session.cut = false;
      run.resume();
    });
    long deadline = loop.nanoTime() + 60 * SECOND;
    while (!settled()) {
      assertThat(loop.nanoTime()).as(() -> "settles after the faults; " + describe()).isLessThan(deadline);
      runFor(SECOND / 2);
    }
    runs.values().forEach(run -> run.operationsAtHeal = run.operations);
    runFor(2 * SECOND);
    runs.values().forEach(run -> assertThat(run.operations - run.operationsAtHeal)
        .as(() -> "host " + run.self.hostId() + " gets work done; " + describe()).isGreaterThan(0));
    checkHolders();
  }

  private boolean settled() {
    return runs.size() == hosts && store.view().members().size() == hosts
        && store.view().recovering().isEmpty()
        && runs.values().stream().allMatch(run -> run.alive && !run.out && !run.stopping && run.joined
            && store.view().lists(run.self) && run.member.view().epoch() == store.view().epoch()
            && run.member.engine().granting());
  }

  String describe() {
    StringBuilder text = new StringBuilder(
        "seed " + seed + " at " + loop.nanoTime() / 1_000_000 + " ms, store "
            + store.view());
    runs.values()
        .forEach(run -> text.append("\n  ").append(run.self.hostId()).append(run.alive ? "" : " dead")
            .append(run.out ? " out " : " ").append(run.member.statusNow()));
    return text + "\n  " + effects;
  }
}
