package cfs.catalog;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What the LUNs of a group hold together: the group's LUNs and its volume. Immutable; a change is a new one with a larger
 * generation.
 *
 * @param generation positive, grows with every change; numbers are skipped when a change was given up
 * @param name 1 to 64 characters of [A-Za-z0-9._-]
 * @param members the LUNs of the group
 * @param segments the volume's address space in order
 */
public record Catalog(long generation, UUID cluster, UUID group, UUID volume, String name,
    List<Member> members,
    List<SegmentRecord> segments) {
  public static final int NAME_BYTES_MAX = 64;
  public static final int MEMBERS_MAX = 1024;

  public Catalog {
    members = List.copyOf(members);
    segments = List.copyOf(segments);
  }

  public long volumeBytes() {
    return segments.stream().mapToLong(SegmentRecord::sizeBytes).sum();
  }

  public Catalog withGeneration(long newGeneration) {
    return new Catalog(newGeneration, cluster, group, volume, name, members, segments);
  }

  public Catalog withName(String newName) {
    return new Catalog(generation, cluster, group, volume, newName, members, segments);
  }

  public Catalog withSegments(List<SegmentRecord> newSegments) {
    return new Catalog(generation, cluster, group, volume, name, members, newSegments);
  }

  public Optional<Member> member(UUID lun) {
    return members.stream().filter(member -> member.lun().equals(lun)).findFirst();
  }

  public static boolean isName(String name) {
    return !name.isEmpty() && name.length() <= NAME_BYTES_MAX
        && name.chars().allMatch(c -> c == '.' || c == '_'
            || c == '-' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z');
  }

  /** Why this cannot be a catalog; checked before each write and after each read. */
  Optional<String> defect() {
    if (generation < 1) {
      return Optional.of("generation " + generation);
    }
    if (!isName(name)) {
      return Optional.of("a volume name with other characters than letters, digits, '.', '_' and '-'");
    }
    Map<UUID, Member> byLun = new HashMap<>();
    members.forEach(member -> byLun.put(member.lun(), member));
    if (members.isEmpty() || byLun.size() != members.size() || members.size() > MEMBERS_MAX) {
      return Optional.of(members.size() + " LUNs, " + byLun.size() + " of them distinct");
    }
    if (members.stream().anyMatch(member -> member.sizeBytes() < LunLayout.LUN_BYTES_MIN)) {
      return Optional.of("a LUN under 64 MiB");
    }
    if (segments.isEmpty()) {
      return Optional.of("no segment");
    }
    for (SegmentRecord segment : segments) {
      Optional<String> defect = defect(segment);
      if (defect.isPresent()) {
        return defect;
      }
    }
    return extentDefect(byLun);
  }

  private static Optional<String> defect(SegmentRecord segment) {
    int unit = segment.stripeUnitBytes();
    long length = segment.columns().getFirst().length();
    boolean isSound = switch (segment.kind()) {
      case LINEAR -> unit == 0;
      case STRIPE -> unit >= 64 << 10 && unit <= 4 << 20 && Integer.bitCount(unit) == 1 && length % unit == 0
          && segment.columns().stream().allMatch(column -> column.length() == length)
          && segment.columns().stream().map(Extent::lun).distinct().count() == segment.columns().size();
    };
    return isSound ? Optional.empty() : Optional.of("a " + segment.kind() + " segment with unit " + unit);
  }

  /** Every extent whole MiB inside its LUN's data area, and no byte of a LUN used twice. */
  private Optional<String> extentDefect(Map<UUID, Member> byLun) {
    Map<UUID, TreeMap<Long, Long>> used = new HashMap<>();
    for (SegmentRecord segment : segments) {
      for (Extent extent : segment.columns()) {
        Member member = byLun.get(extent.lun());
        boolean isInside = member != null && extent.start() >= LunLayout.DATA_START && extent.length() > 0
            && (extent.start() | extent.length()) % LunLayout.AREA_BYTES == 0
            && extent.length() <= LunLayout.tailStart(member.sizeBytes()) - extent.start();
        if (!isInside) {
          return Optional.of("an extent outside its LUN's data area: " + extent);
        }
        TreeMap<Long, Long> ends = used.computeIfAbsent(extent.lun(), lun -> new TreeMap<>());
        Map.Entry<Long, Long> before = ends.lowerEntry(extent.start() + extent.length());
        if (before != null && before.getValue() > extent.start()) {
          return Optional.of("an extent that overlaps another: " + extent);
        }
        ends.put(extent.start(), extent.start() + extent.length());
      }
    }
    return Optional.empty();
  }

  /** The members that {@code luns} leaves out. */
  List<Member> missing(List<UUID> luns) {
    HashSet<UUID> present = new HashSet<>(luns);
    return members.stream().filter(member -> !present.contains(member.lun())).toList();
  }

  /** Whether {@code count} of the members are more than half: two such sets always share one. */
  boolean isMajority(long count) {
    return count * 2 > members.size();
  }
}
