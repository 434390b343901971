package cfs.stress.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The modules, what each may depend on, and the packages and libraries that are its own. */
enum Module {
  CORE("cfs-core", List.of("cfs"), Set.of(), List.of()),
  LOCK("lock-manager",
      List.of("cfs.lock", "cfs.membership", "cfs.wire", "cfs.net", "cfs.identity", "cfs.coordinator",
          "cfs.fence",
          "cfs.runtime"),
      Set.of(CORE),
      List.of("io.netty", "org.apache.curator", "org.apache.zookeeper", "org.bouncycastle", "org.slf4j")),
  VOLUME("volume-manager", List.of("cfs.volume", "cfs.lun", "cfs.catalog"), Set.of(CORE), List.of("jnr")),
  SNAPSHOT("snapshot-vss", List.of("cfs.snapshot"), Set.of(CORE), List.of()),
  QOS("qos", List.of("cfs.qos"), Set.of(CORE), List.of("org.rocksdb")),
  FUSE("fuse-mount", List.of("cfs.fuse"), Set.of(CORE, QOS), List.of("jnr")),
  /** Host and tests see everything; an empty prefix allows every library. */
  HOST("cfs-host", List.of("cfs.host"), Set.of(CORE, LOCK, VOLUME, SNAPSHOT, QOS, FUSE), List.of("")),
  STRESS("stress-tests", List.of("cfs.stress"), Set.of(CORE, LOCK, VOLUME, SNAPSHOT, QOS, FUSE, HOST),
      List.of(""));

  private static final List<String> EVERYWHERE = List.of("java", "javax", "jdk", "org.jspecify",
      "com.google.errorprone.annotations");

  private final String directory;
  private final List<String> packages;
  private final Set<Module> below;
  private final List<String> libraries;
  private final Pattern location;

  Module(String directory, List<String> packages, Set<Module> below, List<String> libraries) {
    this.directory = directory;
    this.packages = packages;
    this.below = below;
    this.libraries = libraries;
    // A class directory in the tree, or the module's jar; never its test classes.
    this.location = Pattern
        .compile(
            "/" + directory + "/target[^/]*/classes/|/" + directory + "(-\\d(?:(?!-tests)[^/])*)?\\.jar!");
  }

  /** The module whose production code holds this class; none for the JDK, libraries and tests. */
  static Optional<Module> of(JavaClass type) {
    return type.getSource().flatMap(source -> at(source.getUri()));
  }

  static Optional<Module> at(URI uri) {
    return Arrays.stream(values()).filter(module -> module.location.matcher(uri.toString()).find())
        .findFirst();
  }

  boolean mayUse(Module other) {
    return other == this || below.contains(other);
  }

  boolean mayUseLibrary(String packageName) {
    return EVERYWHERE.stream().anyMatch(prefix -> isWithin(packageName, prefix))
        || libraries.stream().anyMatch(prefix -> isWithin(packageName, prefix));
  }

  /** Each package has one home: a module keeps to its own prefix, and cfs-core to what no other module claims. */
  boolean owns(String packageName) {
    boolean own = packages.stream().anyMatch(prefix -> isWithin(packageName, prefix));
    return own && (this != CORE || Arrays.stream(values())
        .noneMatch(other -> other != CORE && other.owns(packageName)));
  }

  private static boolean isWithin(String packageName, String prefix) {
    return prefix.isEmpty() || packageName.equals(prefix) || packageName.startsWith(prefix + ".");
  }

  @Override
  public String toString() {
    return directory;
  }
}
