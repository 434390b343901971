package cfs.host.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answer of GET /v1/status. Fields are only ever added; {@code schema} changes when a meaning does. A part is null while the
 * daemon has not come that far.
 */
public record HostStatus(
    int schema,
    int hostId,
    String hostName,
    HostState state,
    String step,
    long pid,
    long uptimeSeconds,
    String version,
    String clusterUuid,
    @Nullable ViewStatus view,
    @Nullable VolumeStatus volume,
    List<LunStatus> luns,
    MountStatus mount,
    MemoryStatus memory) {
  public static final int SCHEMA = 1;

  public HostStatus { luns = List.copyOf(luns); }

  /** @param epoch number of the view, grows by one with each change of members */
  public record ViewStatus(long epoch, List<MemberStatusLine> members) {
    public ViewStatus { members = List.copyOf(members); }
  }

  public record MemberStatusLine(int hostId, long incarnation, String address, int slot) {}

  public record VolumeStatus(String name, String uuid, long totalBytes, long usedBytes, long freeBytes,
      String layout) {}

  public record LunStatus(String path, long sizeBytes, String state) {}

  public record MountStatus(String point, boolean mounted) {}

  /** Of the Java heap; the ceiling is for the whole process. */
  public record MemoryStatus(long heapUsedBytes, long heapMaxBytes, long ceilingBytes) {}
}
