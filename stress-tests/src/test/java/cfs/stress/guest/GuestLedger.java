package cfs.stress.guest;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the guests of one disk said is durable, over all their boots, compared with what the latest boot found. The guest
 * itself sees damage and gaps; a lost last record leaves no gap, so only this comparison sees it.
 */
public final class GuestLedger {
  private final Map<Integer, Set<Integer>> durable = new TreeMap<>();

  /** Enters the lines of one boot, in order; each must have ended. */
  public void enter(List<String> lines) {
    for (String line : lines) {
      String[] words = line.split(" ");
      if (line.startsWith("GUEST ACK ")) {
        durable.computeIfAbsent(Integer.valueOf(words[2]), boot -> new HashSet<>())
            .add(Integer.valueOf(words[3]));
      } else if (line.startsWith("GUEST DROP ")) {
        durable.getOrDefault(Integer.valueOf(words[2]), new HashSet<>()).remove(Integer.valueOf(words[3]));
      }
    }
  }

  public int size() {
    return durable.values().stream().mapToInt(Set::size).sum();
  }

  /** Throws unless the first verification in {@code lines} found every durable record. */
  public void check(List<String> lines) {
    Map<Integer, int[]> found = new TreeMap<>();
    for (String line : lines) {
      String[] words = line.split(" ");
      if (line.startsWith("GUEST CORRUPT")) {
        throw new AssertionError(line + "\n" + String.join("\n", lines));
      }
      if (line.startsWith("GUEST HAVE ")) {
        found.put(Integer.valueOf(words[2]),
            new int[]{Integer.parseInt(words[3]), Integer.parseInt(words[4])});
      }
      if (line.startsWith("GUEST VERIFIED ")) {
        compare(found);
        return;
      }
    }
    throw new AssertionError("no verification in:\n" + String.join("\n", lines));
  }

  private void compare(Map<Integer, int[]> found) {
    durable.forEach((boot, records) -> {
      int[] range = found.getOrDefault(boot, new int[]{1, 0});
      records.forEach(record -> {
        if (record < range[0] || record > range[1]) {
          throw new AssertionError(
              "record " + boot + "." + record + " was acknowledged, but the disk has only "
                  + range[0] + " to " + range[1] + " of boot " + boot);
        }
      });
    });
  }
}
