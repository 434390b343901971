package cfs.lock;

import cfs.error.Invariant;
import cfs.wire.LockMessage.Resource;
import java.util.Collection;

/**
 * Which host keeps the table of a resource: rendezvous hashing (Thaler and Ravishankar, "Using name-based mappings to
 * increase hit rates", 1998). Every host computes the same answer from the view alone, and a host that leaves moves only its
 * own resources.
 */
final class Mastering {
  private final int[] hosts;

  /** @param members the hosts of one view, in any order, at least one */
  Mastering(Collection<Integer> members) {
    Invariant.check(!members.isEmpty(), "a view with locks has members");
    hosts = members.stream().mapToInt(Integer::intValue).sorted().toArray();
  }

  int masterOf(Resource resource) {
    long hash = mix(resource.id() ^ mix(resource.kind().ordinal() + 1));
    int best = hosts[0];
    long bestScore = mix(hash ^ mix(best));
    for (int i = 1; i < hosts.length; i++) {
      long score = mix(hash ^ mix(hosts[i]));
      if (Long.compareUnsigned(score, bestScore) > 0) {
        best = hosts[i];
        bestScore = score;
      }
    }
    return best;
  }

  /** The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), after a step of its sequence. */
  private static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
