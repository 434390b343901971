package cfs.host.daemon;

import cfs.error.FsException;
import cfs.fuse.MountException;
import cfs.host.config.HostConfig;
import cfs.host.problem.CommandName;
import cfs.host.problem.Problem;
import cfs.host.problem.ProblemCode;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Gives the refusals of each module below the one form that people see. */
final class Refused {
  private Refused() {}

  /** Runs one step of the start; an FsException without a code of its own gets {@code code}. */
  static <T> T telling(HostConfig config, ProblemCode code, Supplier<T> step) {
    try {
      return VolumeTools.telling(config.volume().luns(), step);
    } catch (MountException mount) {
      throw of(mount);
    } catch (FsException refused) {
      throw new Problem(code, refused.getMessage() + " (" + refused.error() + ")", next(code, config),
          refused);
    }
  }

  static Problem of(MountException refused) {
    return switch (refused.code()) {
      case MOUNT_POINT_MISSING -> of(ProblemCode.MOUNT_POINT_MISSING, refused);
      case MOUNT_POINT_NOT_DIRECTORY -> of(ProblemCode.MOUNT_POINT_NOT_DIRECTORY, refused);
      case BUSY, ALREADY_MOUNTED, MOUNT_POINT_STALE -> of(ProblemCode.MOUNT_POINT_BUSY, refused);
      case NO_FUSE_DEVICE -> of(ProblemCode.FUSE_MISSING, refused);
      case NO_PERMISSION, NO_FUSERMOUNT -> of(ProblemCode.FUSE_NOT_PERMITTED, refused);
      default -> of(ProblemCode.FAILED, refused);
    };
  }

  private static Problem of(ProblemCode code, MountException refused) {
    return new Problem(code, String.valueOf(refused.getMessage()), refused.nextCommand(), refused);
  }

  /** The file system refused the volume. */
  static Problem mounting(HostConfig config, FsException refused, boolean isBlank) {
    String name = config.volume().name();
    if (isBlank) {
      return new Problem(ProblemCode.VOLUME_NOT_FORMATTED,
          "Volume " + name + " holds no file system; a format was cut short",
          CommandName.cfs("format --name " + name + luns(config) + " --force"), refused);
    }
    return switch (refused.error()) {
      case CORRUPT ->
        new Problem(ProblemCode.VOLUME_CORRUPT, "Volume " + name + " is damaged: " + refused.getMessage(),
            fsck(config), refused);
      case FENCED ->
        new Problem(ProblemCode.FENCED, "The cluster removed this host while it mounted " + name + ": "
            + refused.getMessage(), CommandName.cfs("status"), refused);
      default -> new Problem(ProblemCode.FAILED,
          "Volume " + name + " cannot be mounted: " + refused.getMessage() + " ("
              + refused.error() + ")",
          fsck(config), refused);
    };
  }

  private static String next(ProblemCode code, HostConfig config) {
    return switch (code) {
      case HOST_ID_TAKEN, HOST_RUNS -> CommandName.cfs("status");
      case IDENTITY_INVALID -> "ls -l " + config.identityDirectory();
      case PORT_TAKEN -> CommandName.cfs("up --new-ports");
      case COORDINATOR_UNREACHABLE, JOIN_TIMED_OUT -> CommandName.cfs("status");
      case VOLUME_CORRUPT -> fsck(config);
      default -> CommandName.cfs("doctor");
    };
  }

  private static String fsck(HostConfig config) {
    return CommandName.cfs("fsck -n" + luns(config));
  }

  private static String luns(HostConfig config) {
    return config.volume().luns().stream().map(lun -> " --lun " + lun).collect(Collectors.joining());
  }
}
