package cfs.host;

/** Entry point of the host process and of the {@code cfs} command. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.out.println("cfs " + version());
  }

  /** The version in the jar's manifest; classes that run outside a jar have none. */
  static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
