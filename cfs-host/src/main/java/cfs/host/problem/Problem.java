package cfs.host.problem;

import org.jspecify.annotations.Nullable;

/**
 * Something is refused for a reason that people can mend: what is wrong in one sentence, a stable code, and the command to
 * run next. Printed as {@code error [CODE]: sentence Next: command}.
 */
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String code;
  private final String next;

  /** @param next a command to run, or an instruction that starts with a verb */
  public Problem(ProblemCode code, String sentence, String next) {
    this(code, sentence, next, null);
  }

  public Problem(ProblemCode code, String sentence, String next, @Nullable Throwable cause) {
    this(code.name(), sentence, next, cause);
  }

  /** With a code that another module keeps stable, or that another process sent. */
  public Problem(String code, String sentence, String next, @Nullable Throwable cause) {
    super(asSentence(sentence), cause);
    this.code = code;
    this.next = next;
  }

  public String code() {
    return code;
  }

  public String sentence() {
    return String.valueOf(getMessage());
  }

  public String next() {
    return next;
  }

  /** The one line that people see. */
  public String line() {
    return "error [" + code + "]: " + sentence() + " Next: " + next;
  }

  private static String asSentence(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.endsWith(".") || line.endsWith("?") || line.endsWith("!") ? line : line + ".";
  }
}
