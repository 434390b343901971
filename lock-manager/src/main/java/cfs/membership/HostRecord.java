package cfs.membership;

import cfs.error.Invariant;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * One run of one host, as it announces itself under "/hosts/&lt;id&gt;" and as a view lists it.
 *
 * @param hostId also the number of its journal slot, 1 to {@link #MAX_HOST_ID}
 * @param incarnation differs between any two runs of a host; never reused
 * @param address "host:port" where the transport of this run listens
 * @param fenceHint what the fence agent needs to reach this run (a pid, a reservation key); may be empty
 */
public record HostRecord(int hostId, long incarnation, String address, String fenceHint) {
  public static final int MAX_HOST_ID = 1023;

  public HostRecord {
    Invariant.check(hostId >= 1 && hostId <= MAX_HOST_ID, "a host id is a journal slot", hostId);
  }

  /** Whether the other is the same run, whatever else it says. */
  boolean sameRun(@Nullable HostRecord other) {
    return other != null && other.hostId == hostId && other.incarnation == incarnation;
  }

  /** One line: id, incarnation, and address and hint in base64 because they may hold any character. */
  String toLine() {
    return hostId + " " + incarnation + " " + encode(address) + " " + encode(fenceHint);
  }

  /** Throws IllegalArgumentException for anything but a line of {@link #toLine}. */
  static HostRecord fromLine(String line) {
    String[] fields = line.split(" ", -1);
    if (fields.length != 4) {
      throw new IllegalArgumentException("a host record has four fields: " + line);
    }
    int hostId = Integer.parseInt(fields[0]);
    if (hostId < 1 || hostId > MAX_HOST_ID) {
      throw new IllegalArgumentException("host id " + hostId + " is not in 1.." + MAX_HOST_ID);
    }
    return new HostRecord(hostId, Long.parseLong(fields[1]), decode(fields[2]), decode(fields[3]));
  }

  private static String encode(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String decode(String text) {
    return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
  }
}
