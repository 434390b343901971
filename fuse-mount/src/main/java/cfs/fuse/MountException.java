package cfs.fuse;

/** A mount or unmount was refused: a stable code, one sentence, and the command that mends it or shows more. */
public final class MountException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Stable codes; scripts may depend on the names. */
  public enum Code {
    MOUNT_POINT_MISSING,
    MOUNT_POINT_NOT_DIRECTORY,
    MOUNT_POINT_STALE,
    ALREADY_MOUNTED,
    BUSY,
    NO_FUSE_DEVICE,
    NO_PERMISSION,
    NO_FUSERMOUNT,
    KERNEL_REFUSED,
    SESSION_STUCK
  }

  private final Code code;
  private final String nextCommand;

  public MountException(Code code, String sentence, String nextCommand) {
    super(sentence);
    this.code = code;
    this.nextCommand = nextCommand;
  }

  public Code code() {
    return code;
  }

  /** A shell command that helps. */
  public String nextCommand() {
    return nextCommand;
  }
}
