package cfs.error;

/** This host may not touch the shared LUN any more: its lease ran out or the cluster removed it. */
public final class FencedException extends FsException {
  private static final long serialVersionUID = 1L;

  public FencedException(String why) {
    super(FsError.FENCED, why, null);
  }
}
