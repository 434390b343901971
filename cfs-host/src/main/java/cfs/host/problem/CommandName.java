package cfs.host.problem;

/** How the user calls this program, so that the commands we suggest can be pasted. */
public final class CommandName {
  private CommandName() {}

  /** Set by the launch script; the default is what the README tells. */
  public static String cfs() {
    return System.getProperty("cfs.command", "./cfs");
  }

  /** {@code arguments} after the program's name. */
  public static String cfs(String arguments) {
    return cfs() + " " + arguments;
  }
}
