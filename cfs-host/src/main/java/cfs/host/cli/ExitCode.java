package cfs.host.cli;

/** What scripts see; fsck keeps the codes of fsck(8) instead. */
public final class ExitCode {
  public static final int OK = 0;
  public static final int FAILED = 1;
  public static final int USAGE = 2;
  public static final int DEGRADED = 3;

  private ExitCode() {}
}
