package cfs.host.problem;

/**
 * Stable codes of what the host process refuses; scripts may rely on the names. Refusals of LUNs and volumes keep the codes of
 * {@code cfs.lun.VolumeError}. docs/OPERATING.md lists both.
 */
public enum ProblemCode {
  ARGUMENT_INVALID("An argument is not what the command expects."),
  CONFIRMATION_MISSING("A destructive command was not confirmed; nothing was changed."),
  CONFIG_MISSING("The configuration file does not exist or cannot be read."),
  CONFIG_INVALID("The configuration file has a mistake; the message names file and line."),
  NOT_SET_UP("There is no cluster in this directory yet."),
  RUN_BUSY("Another command works on the same directory right now."),
  RUN_DIRECTORY("The run directory cannot be created or written."),
  NO_SPACE("The disk has too little free space."),
  VOLUME_NOT_FORMATTED("The volume has no file system."),
  VOLUME_CORRUPT("The file system on the volume is damaged."),
  VOLUME_IN_USE("A live host has the volume mounted."),
  VOLUME_FULL_OF_HOSTS("No free host slot is left on the volume."),
  MOUNT_POINT_MISSING("The mount point does not exist."),
  MOUNT_POINT_NOT_DIRECTORY("The mount point is not a directory."),
  MOUNT_POINT_BUSY("Something is mounted at the mount point already."),
  NOT_MOUNTED("No CFS host of this directory is mounted there."),
  FUSE_MISSING("The kernel's FUSE device is missing."),
  FUSE_NOT_PERMITTED("Neither root nor fusermount3: FUSE cannot be mounted."),
  PORT_TAKEN("A configured port is used by another process."),
  COORDINATOR_UNREACHABLE("The coordinator does not answer."),
  COORDINATOR_FAILED("The coordinator could not start."),
  IDENTITY_INVALID("The host's certificate or the cluster's identity is missing or does not fit."),
  HOST_RUNS("The host's daemon runs already."),
  HOST_ID_TAKEN("Another process holds this host's fence lock."),
  HOST_DIED("The host's daemon ended unexpectedly."),
  JOIN_TIMED_OUT("The cluster did not take the host in within the limit."),
  START_TIMED_OUT("A process did not get ready within the limit."),
  STOP_TIMED_OUT("A process could not be stopped."),
  DAEMON_UNREACHABLE("The daemon does not answer on its admin socket."),
  FENCED("The host was removed from the cluster."),
  FAILED("The operating system refused something.");

  private final String meaning;

  ProblemCode(String meaning) {
    this.meaning = meaning;
  }

  public String meaning() {
    return meaning;
  }
}
