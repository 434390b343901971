package cfs.membership;

import cfs.error.Invariant;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Who is in the cluster, as everybody agrees: the value of "/view", changed by compare-and-set only.
 *
 * <p>The epoch grows by one with every change of the members. A change of {@code recovering} alone keeps the epoch: masters,
 * tables and holders stay what they are, grants merely start; a host that reads it late only waits longer.
 *
 * @param members by host id
 * @param recovering journal slots that wait for replay, each with the member that replays it and nobody else may; while
 *     there is any, nothing is granted
 */
public record View(long epoch, SortedMap<Integer, HostRecord> members,
    SortedMap<Integer, Integer> recovering) {
  /** Before the first host ever joined. */
  static final View NONE = new View(0, new TreeMap<>(), new TreeMap<>());

  private static final String MAGIC = "cfs-view 1";

  public View {
    members = Collections.unmodifiableSortedMap(new TreeMap<>(members));
    recovering = Collections.unmodifiableSortedMap(new TreeMap<>(recovering));
    Invariant.check(epoch >= 0, "epochs start at 0", epoch);
    for (Map.Entry<Integer, Integer> entry : recovering.entrySet()) {
      int slot = entry.getKey();
      int replayer = entry.getValue();
      Invariant.check(members.containsKey(replayer),
          "only a member replays, so that it is fenced before another does",
          replayer);
      Invariant.check(replayer == slot || !members.containsKey(slot),
          "a host is no member while another replays its slot", slot);
    }
  }

  boolean lists(HostRecord host) {
    return host.sameRun(members.get(host.hostId()));
  }

  /** Text, so that an administrator can read it at the store. */
  byte[] toBytes() {
    StringBuilder text = new StringBuilder(MAGIC).append("\nepoch ").append(epoch).append('\n');
    members.values().forEach(member -> text.append("member ").append(member.toLine()).append('\n'));
    recovering
        .forEach((slot, replayer) -> text.append("recovering ").append(slot).append(' ').append(replayer)
            .append('\n'));
    return text.append("end\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Throws IllegalArgumentException when this is not a view of this version: never guess who is a member. */
  static View fromBytes(byte[] bytes) {
    String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n", -1);
    if (lines.length < 4 || !lines[0].equals(MAGIC) || !lines[lines.length - 2].equals("end")) {
      throw new IllegalArgumentException("/view does not hold a view of version 1");
    }
    long epoch = Long.parseLong(rest(lines[1], "epoch "));
    SortedMap<Integer, HostRecord> members = new TreeMap<>();
    SortedMap<Integer, Integer> recovering = new TreeMap<>();
    for (int i = 2; i < lines.length - 2; i++) {
      if (lines[i].startsWith("member ")) {
        HostRecord member = HostRecord.fromLine(rest(lines[i], "member "));
        members.put(member.hostId(), member);
      } else {
        String[] fields = rest(lines[i], "recovering ").split(" ", 2);
        recovering.put(Integer.parseInt(fields[0]), Integer.parseInt(fields[1]));
      }
    }
    return new View(epoch, members, recovering);
  }

  private static String rest(String line, String prefix) {
    if (!line.startsWith(prefix)) {
      throw new IllegalArgumentException("/view: expected \"" + prefix + "\", found \"" + line + "\"");
    }
    return line.substring(prefix.length());
  }
}
