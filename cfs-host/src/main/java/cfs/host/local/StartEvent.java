package cfs.host.local;

import cfs.host.admin.Json;
import cfs.host.admin.Refusal;
import cfs.host.problem.Problem;
import org.jspecify.annotations.Nullable;

/**
 * What a starting process tells its parent: one JSON object per line on standard output, ended by ready or a problem.
 * Exactly one component is set.
 */
public record StartEvent(@Nullable String step, @Nullable String ready, @Nullable Refusal problem) {
  public static StartEvent step(String text) {
    return new StartEvent(text, null, null);
  }

  /** @param text what there is now, for people */
  public static StartEvent ready(String text) {
    return new StartEvent(null, text, null);
  }

  public static StartEvent failed(Problem problem) {
    return new StartEvent(null, null, Refusal.of(problem));
  }

  /** Written by the child; a parent that is gone is no reason to fail. */
  public void print() {
    System.out.println(Json.write(this));
    System.out.flush();
  }
}
