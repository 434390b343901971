package cfs.host.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 500ms}, {@code 4s}, {@code 2m}. */
public final class TimeSpan {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,9})\\s*(ms|s|m)");

  private TimeSpan() {}

  /** Nanoseconds of {@code text}; IllegalArgumentException with a sentence when it is no duration. */
  public static long parseNanos(String text) {
    Matcher matcher = TEXT.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not a duration; write for example 500ms, 4s or 2m");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> amount * 1_000_000L;
      case "s" -> amount * 1_000_000_000L;
      default -> amount * 60_000_000_000L;
    };
  }

  /** Exact form that {@link #parseNanos} reads back; whole milliseconds. */
  public static String exact(long nanos) {
    long millis = nanos / 1_000_000;
    return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
  }
}
