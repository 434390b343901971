package cfs.host;

import cfs.host.cli.CfsCommand;

/** Entry point of the {@code cfs} command, of the host daemon and of the coordinator. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(CfsCommand.commandLine().execute(args));
  }
}
