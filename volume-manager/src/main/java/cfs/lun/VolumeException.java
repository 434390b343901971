package cfs.lun;

import cfs.error.FsException;

/** A LUN or volume was refused: a stable code, one sentence that names the path, and the command that comes next. */
public final class VolumeException extends FsException {
  private static final long serialVersionUID = 1L;

  private final VolumeError code;
  private final String nextCommand;

  VolumeException(VolumeError code, String sentence, String nextCommand) {
    super(code.fsError(), sentence);
    this.code = code;
    this.nextCommand = nextCommand;
  }

  public VolumeError code() {
    return code;
  }

  /** What to type next, ready to be copied. */
  public String nextCommand() {
    return nextCommand;
  }
}
