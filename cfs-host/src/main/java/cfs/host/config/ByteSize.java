package cfs.host.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as people write them: {@code 10G}, {@code 256K}, {@code 1.5T}, {@code 4GiB}; always powers of 1024. */
public final class ByteSize {
  private static final String UNITS = "BKMGTPE";
  private static final Pattern TEXT = Pattern.compile(
      "(\\d{1,19})(?:\\.(\\d{1,3}))?\\s*([BKMGTPE])?(?:iB|B)?",
      Pattern.CASE_INSENSITIVE);

  private ByteSize() {}

  /** Bytes of {@code text}; IllegalArgumentException with a sentence when it is no size or more than 8 EiB - 1. */
  public static long parse(String text) {
    Matcher matcher = TEXT.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not a size; write for example 10G, 512M or 4096");
    }
    String unit = matcher.group(3);
    int power = unit == null ? 0 : UNITS.indexOf(unit.toUpperCase(Locale.ROOT));
    try {
      long bytes = Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << (10 * power));
      String fraction = matcher.group(2);
      if (fraction == null) {
        return bytes;
      }
      double part = Double.parseDouble("0." + fraction);
      return Math.addExact(bytes, (long) (part * (1L << (10 * power))));
    } catch (ArithmeticException | NumberFormatException tooBig) {
      throw new IllegalArgumentException("\"" + text + "\" is more than 8 EiB - 1", tooBig);
    }
  }

  /** Short form with one decimal and an IEC unit, for people. */
  public static String show(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    int power = Math.min((63 - Long.numberOfLeadingZeros(bytes)) / 10, UNITS.length() - 1);
    return String.format(Locale.ROOT, "%.1f %ciB", bytes / (double) (1L << (10 * power)),
        UNITS.charAt(power));
  }

  /** Exact form that {@link #parse} reads back. */
  public static String exact(long bytes) {
    int power = bytes == 0 ? 0 : Math.min(Long.numberOfTrailingZeros(bytes) / 10, UNITS.length() - 1);
    return power == 0 ? Long.toString(bytes) : (bytes >> (10 * power)) + String.valueOf(UNITS.charAt(power));
  }
}
