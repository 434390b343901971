package cfs.host.admin;

import cfs.host.problem.Problem;

/** A {@link Problem} on its way between processes. */
public record Refusal(String code, String sentence, String next) {
  public static Refusal of(Problem problem) {
    return new Refusal(problem.code(), problem.sentence(), problem.next());
  }

  public Problem toProblem() {
    return new Problem(code, sentence, next, null);
  }
}
