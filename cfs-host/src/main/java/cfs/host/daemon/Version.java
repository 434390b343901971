package cfs.host.daemon;

/** The version of this build. */
public final class Version {
  private Version() {}

  /** As in the jar's manifest; classes that run outside a jar have none. */
  public static String current() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
