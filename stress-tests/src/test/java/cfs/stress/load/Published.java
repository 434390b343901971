package cfs.stress.load;

/** A synced file that others may read; {@code retracted} is set before its name goes, so a miss without it is a fault. */
final class Published {
  final String name;
  final Promise.Whole promise;
  volatile boolean retracted;

  Published(String name, Promise.Whole promise) {
    this.name = name;
    this.promise = promise;
  }
}
