package cfs.membership;

import cfs.port.Lane;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Fences runs that are gone, until the fence is verified. A fence that fails is tried again and shown, never skipped: the
 * run stays in the view and its locks stay held. Lane only.
 */
final class Evictions {
  private static final long RETRY_NANOS = 1_000_000_000;
  private static final long RETRY_LONGEST_NANOS = 16_000_000_000L;

  private final FenceAgent agent;
  private final Lane lane;
  private final Consumer<Runnable> post;
  private final Runnable onVerified;
  private final Set<HostRecord> suspects = new HashSet<>();
  private final Set<HostRecord> asked = new HashSet<>();
  private final Set<HostRecord> verified = new HashSet<>();
  private final Map<Integer, Integer> failures = new TreeMap<>();

  /** @param post brings an event from any thread to the lane */
  Evictions(FenceAgent agent, Lane lane, Consumer<Runnable> post, Runnable onVerified) {
    this.agent = agent;
    this.lane = lane;
    this.post = post;
    this.onVerified = onVerified;
  }

  /** Who is gone as seen now; empty when another host leads. */
  void suspect(Set<HostRecord> gone) {
    suspects.clear();
    suspects.addAll(gone);
    verified.retainAll(gone);
    failures.keySet().removeIf(id -> gone.stream().noneMatch(host -> host.hostId() == id));
    Set.copyOf(gone).stream().sorted((a, b) -> Integer.compare(a.hostId(), b.hostId())).forEach(this::fence);
  }

  private void fence(HostRecord host) {
    if (suspects.contains(host) && !verified.contains(host) && asked.add(host)) {
      agent.fence(host, success -> post.accept(() -> answered(host, success)));
    }
  }

  private void answered(HostRecord host, boolean success) {
    if (success) {
      asked.remove(host);
      verified.add(host);
      onVerified.run();
      return;
    }
    int count = failures.merge(host.hostId(), 1, Integer::sum);
    long delay = Math.min(RETRY_NANOS << Math.min(count - 1, 4), RETRY_LONGEST_NANOS);
    lane.after(delay, () -> post.accept(() -> {
      asked.remove(host);
      fence(host);
    }));
  }

  /** This host is out and fences nobody any more. */
  void stop() {
    suspects.clear();
  }

  Set<HostRecord> verified() {
    return verified;
  }

  /** Gone members and the number of failed attempts to fence each. */
  Map<Integer, Integer> suspects() {
    Map<Integer, Integer> answer = new TreeMap<>();
    suspects.forEach(host -> answer.put(host.hostId(), failures.getOrDefault(host.hostId(), 0)));
    return answer;
  }
}
