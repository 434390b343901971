package cfs.stress.load;

import java.util.ArrayList;
import java.util.List;

/** What a load or a checker found wrong, from several threads; the first ones are kept, the rest counted. */
public final class Problems {
  private static final int KEPT_MAX = 25;

  private final List<String> kept = new ArrayList<>();
  private int count;

  public synchronized void add(String problem) {
    count++;
    if (kept.size() < KEPT_MAX) {
      kept.add(problem);
    }
  }

  public synchronized boolean none() {
    return count == 0;
  }

  @Override
  public synchronized String toString() {
    return count + " problems:\n  " + String.join("\n  ", kept) + (count > kept.size() ? "\n  ..." : "");
  }
}
