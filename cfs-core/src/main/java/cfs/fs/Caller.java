package cfs.fs;

/** Who asks: file-system uid and gid and the process id of the request. */
public record Caller(int uid, int gid, int pid) {
  public static final Caller ROOT = new Caller(0, 0, 0);
}
