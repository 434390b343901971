package cfs.host.config;

import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * Everything one host's daemon needs to know. All paths are absolute; sizes in bytes, times in nanoseconds.
 * docs/OPERATING.md explains each key.
 *
 * @param file where this was read from
 * @param hostId 1 to 1023, unique in the cluster; proven to peers by the host's certificate
 * @param listen where other hosts connect to
 * @param lockDirectory of the local fence agent: one kernel lock per host process
 * @param identityDirectory certificate and key of this host and the cluster's authority
 * @param memoryCeilingBytes what the daemon's process may use in all
 */
public record HostConfig(
    Path file,
    int hostId,
    String hostName,
    Endpoint listen,
    Path adminSocket,
    Path pidFile,
    Path lockDirectory,
    long memoryCeilingBytes,
    UUID clusterUuid,
    Path identityDirectory,
    CoordinatorSettings coordinator,
    VolumeSettings volume) {

  /**
   * @param connect host:port of each coordinator, separated by commas
   * @param embeddedDirectory null: somebody else runs the coordinator; else this daemon runs it on the port of
   *     {@code connect} with its files there
   */
  public record CoordinatorSettings(String connect, boolean embedded, Path embeddedDirectory,
      long sessionTimeoutNanos) {}

  /** @param fuseDevice /dev/fuse but in tests */
  public record VolumeSettings(String name, List<Path> luns, Path mountPoint,
      Path fuseDevice,
      boolean readOnly) {
    public VolumeSettings { luns = List.copyOf(luns); }
  }
}
