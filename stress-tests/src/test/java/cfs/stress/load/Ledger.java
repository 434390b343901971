package cfs.stress.load;

import cfs.stress.os.Errno;
import cfs.stress.os.Posix;
import cfs.stress.os.PosixException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What one worker was promised. Each step is entered before it starts and again when its fsync returned, so at a crash at
 * most one step is open, and both outcomes of that step are allowed. Names are relative to the mount point.
 *
 * <p>Invariant: only the worker's thread writes; others read after that thread ended.
 */
final class Ledger {
  /** The step under way: names in {@code either} may be there or not; of {@code oneOf} exactly one is. */
  private record Open(Set<String> either, Map<String, Promise> oneOf) {
    static final Open NOTHING = new Open(Set.of(), Map.of());
  }

  private final String prefix;
  private final Map<String, Promise> files = new TreeMap<>();
  private Open open = Open.NOTHING;

  /** @param prefix of the names that belong to this worker alone */
  Ledger(String prefix) {
    this.prefix = prefix;
  }

  void creating(String name) {
    open = new Open(Set.of(name), Map.of());
  }

  void created(String name, Promise promise) {
    open = Open.NOTHING;
    files.put(name, promise);
  }

  void removing(String name) {
    files.remove(name);
    open = new Open(Set.of(name), Map.of());
  }

  void renaming(String from, String to) {
    Promise promise = files.remove(from);
    open = new Open(Set.of(), Map.of(from, promise, to, promise));
  }

  void renamed(String to) {
    Promise promise = open.oneOf().get(to);
    created(to, promise);
  }

  void done() {
    open = Open.NOTHING;
  }

  int fileCount() {
    return files.size();
  }

  /** Compares with what is there; {@code directories} are all that this worker may have used. */
  void check(Path mount, List<String> directories, Problems problems) {
    files.forEach((name, promise) -> {
      String broken = broken(mount, name, promise);
      if (!broken.isEmpty()) {
        problems.add(mount.resolve(name) + ": " + broken);
      }
    });
    Set<String> there = namesOf(mount, directories, problems);
    checkRename(mount, there, problems);
    there.removeAll(files.keySet());
    there.removeAll(open.either());
    there.removeAll(open.oneOf().keySet());
    there.forEach(
        name -> problems.add(mount.resolve(name) + ": there although never made or durably removed"));
  }

  private void checkRename(Path mount, Set<String> there, Problems problems) {
    if (open.oneOf().isEmpty()) {
      return;
    }
    List<String> found = open.oneOf().keySet().stream().filter(there::contains).toList();
    if (found.size() != 1) {
      problems
          .add(mount + ": of an unfinished rename " + open.oneOf().keySet() + " these are there: " + found);
    }
    for (String name : found) {
      String broken = broken(mount, name, open.oneOf().get(name));
      if (!broken.isEmpty()) {
        problems.add(mount.resolve(name) + ": " + broken);
      }
    }
  }

  private static String broken(Path mount, String name, Promise promise) {
    try {
      return promise.broken(mount.resolve(name));
    } catch (PosixException failed) {
      return failed.errno == Errno.ENOENT ? "missing" : failed.getMessage();
    }
  }

  private Set<String> namesOf(Path mount, List<String> directories, Problems problems) {
    Set<String> names = new HashSet<>();
    for (String directory : directories) {
      try {
        for (String name : Posix.list(mount.resolve(directory))) {
          if (name.startsWith(prefix) && !names.add(directory + "/" + name)) {
            problems.add(mount.resolve(directory) + ": lists " + name + " twice");
          }
        }
      } catch (PosixException failed) {
        problems.add(failed.getMessage());
      }
    }
    return names;
  }
}
