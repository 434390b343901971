package cfs.host.local;

import cfs.host.config.HostConfig;
import cfs.host.config.HostConfigReader;
import cfs.host.problem.CommandName;
import cfs.host.problem.Problem;
import cfs.host.problem.ProblemCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Where a cluster on this machine keeps its files; docs/OPERATING.md lists them. */
public record RunDirectory(Path root) {
  /** Hosts of a cluster on one machine; a bound for every walk over them. */
  public static final int HOSTS_MAX = 16;

  /** Longest path of a Unix domain socket, sun_path of unix(7) without the final NUL. */
  private static final int SOCKET_PATH_MAX = 107;

  public RunDirectory { root = root.toAbsolutePath().normalize(); }

  public Path config(int hostId) {
    return root.resolve("host" + hostId + ".toml");
  }

  public Path hostDirectory(int hostId) {
    return root.resolve("host" + hostId);
  }

  public Path mountPoint(int hostId) {
    return hostDirectory(hostId).resolve("mnt");
  }

  /** Beside the other files, or in /tmp when the kernel's limit for socket paths forbids that. */
  public Path adminSocket(int hostId) {
    Path natural = hostDirectory(hostId).resolve("admin.sock");
    if (natural.toString().length() <= SOCKET_PATH_MAX) {
      return natural;
    }
    return Path.of("/tmp", "cfs-" + Integer.toHexString(root.hashCode()) + "-host" + hostId + ".sock");
  }

  public Path identity() {
    return root.resolve("identity");
  }

  public Path locks() {
    return root.resolve("locks");
  }

  public Path luns() {
    return root.resolve("luns");
  }

  public Path lun(int index) {
    return luns().resolve("lun" + index + ".img");
  }

  public Path coordinator() {
    return root.resolve("coordinator");
  }

  public Path coordinatorPid() {
    return coordinator().resolve("coordinator.pid");
  }

  public Path log() {
    return root.resolve("log");
  }

  public boolean isSetUp() {
    return Files.isRegularFile(config(1));
  }

  /** The configuration of every host, by id; empty before the first {@code up}. */
  public List<HostConfig> hosts() {
    List<HostConfig> hosts = new ArrayList<>();
    for (int id = 1; id <= HOSTS_MAX; id++) {
      if (Files.isRegularFile(config(id))) {
        hosts.add(HostConfigReader.read(config(id)));
      }
    }
    return hosts;
  }

  /** As {@link #hosts()}, refusing a directory without a cluster. */
  public List<HostConfig> requiredHosts() {
    if (!isSetUp()) {
      throw new Problem(ProblemCode.NOT_SET_UP, "There is no cluster in " + root, CommandName.cfs("up"));
    }
    return hosts();
  }

  /** Runs {@code work} while no other command changes this directory; the kernel drops the lock when we die. */
  void exclusively(Runnable work) {
    try {
      Files.createDirectories(root);
      try (FileChannel channel = FileChannel.open(root.resolve(".lock"), StandardOpenOption.CREATE,
          StandardOpenOption.WRITE)) {
        if (channel.tryLock() == null) {
          throw new Problem(ProblemCode.RUN_BUSY,
              "Another cfs command is starting or stopping the cluster in " + root,
              CommandName.cfs("status"));
        }
        work.run();
      }
    } catch (IOException refused) {
      throw new Problem(ProblemCode.RUN_DIRECTORY, "The directory " + root + " cannot be used: "
          + refused.getMessage(), "choose another one with --run", refused);
    }
  }
}
