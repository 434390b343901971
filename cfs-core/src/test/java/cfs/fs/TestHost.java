package cfs.fs;

import cfs.format.FormatOptions;
import cfs.format.Formatter;
import cfs.port.BlockDevice;
import cfs.port.Clock;
import cfs.port.KernelCache;
import cfs.port.Lane;
import cfs.port.LockSpace;
import cfs.port.SharedLocks;
import cfs.port.TaskSpawner;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A host in the test's own process: a mount over a shared device, with small calls for test code. */
public final class TestHost {
  public final int id;
  public final MountedVolume fs;
  public final LockSpace locks;
  public final JournalRecovery recovery;
  public final Background tasks = new Background();

  public TestHost(int id, BlockDevice device, SharedLocks cluster) {
    this(id, device, cluster.host(id));
  }

  public TestHost(int id, BlockDevice device, LockSpace locks) {
    this(id, device, locks, new JournalRecovery(device));
  }

  public TestHost(int id, BlockDevice device, LockSpace locks, JournalRecovery recovery) {
    this.id = id;
    this.locks = locks;
    this.recovery = recovery;
    recovery.locks(locks);
    this.fs = MountedVolume.mount(
        device, id, locks, new WallClock(), tasks, KernelCache.NONE, recovery, MountOptions.DEFAULTS);
  }

  public static void format(BlockDevice device) {
    Formatter.format(
        device, new FormatOptions(new UUID(1, 2), new UUID(3, 4), "test", 42, 1_700_000_000_000_000_000L));
  }

  /** Background work that runs only when the test says so. */
  public static final class Background implements TaskSpawner {
    private final List<Runnable> periodic = new ArrayList<>();

    @Override
    public void spawn(String name, Runnable task) {
      task.run();
    }

    @Override
    public Lane.Timer every(String name, long periodNanos, Runnable task) {
      periodic.add(task);
      return () -> periodic.remove(task);
    }

    public void tick() {
      List.copyOf(periodic).forEach(Runnable::run);
    }
  }

  private static final class WallClock implements Clock {
    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public long wallNanos() {
      return System.currentTimeMillis() * 1_000_000;
    }
  }

  public static byte[] name(String s) {
    return s.getBytes(StandardCharsets.UTF_8);
  }

  public long walk(String path) {
    long at = fs.rootInode();
    for (String part : path.split("/")) {
      if (!part.isEmpty()) {
        long next = fs.lookup(at, name(part)).inode();
        fs.forget(next, 1);
        at = next;
      }
    }
    return at;
  }

  private static String parent(String path) {
    return path.substring(0, path.lastIndexOf('/') + 1);
  }

  private static byte[] last(String path) {
    return name(path.substring(path.lastIndexOf('/') + 1));
  }

  public OpenFile create(String path) {
    FileSystem.Created c = fs.create(walk(parent(path)), last(path), 0644, 2, Caller.ROOT);
    fs.forget(c.attributes().inode(), 1);
    return c.file();
  }

  public OpenFile open(String path, int flags) {
    return fs.open(walk(path), flags);
  }

  public void write(OpenFile f, long offset, byte[] content) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment s = arena.allocate(Math.max(content.length, 1), 4096);
      MemorySegment.copy(content, 0, s, ValueLayout.JAVA_BYTE, 0, content.length);
      if (fs.tryWrite(f, offset, s, 0, content.length) == FileSystem.NOT_NOW) {
        fs.write(f, offset, s, 0, content.length);
      }
    }
  }

  public byte[] read(OpenFile f, long offset, int length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment s = arena.allocate(Math.max(length, 1), 4096);
      int n = fs.tryRead(f, offset, s, 0, length);
      if (n == FileSystem.NOT_NOW) {
        n = fs.read(f, offset, s, 0, length);
      }
      return s.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  public void put(String path, byte[] content) {
    OpenFile f = create(path);
    write(f, 0, content);
    fs.release(f);
  }

  public byte[] get(String path) {
    OpenFile f = open(path, 0);
    byte[] b = read(f, 0, (int) fs.attributes(f.inode()).sizeBytes() + 10);
    fs.release(f);
    return b;
  }

  public void mkdir(String path) {
    fs.forget(fs.makeDirectory(walk(parent(path)), last(path), 0755, Caller.ROOT).inode(), 1);
  }

  public void unlink(String path) {
    fs.unlink(walk(parent(path)), last(path));
  }

  public void rmdir(String path) {
    fs.removeDirectory(walk(parent(path)), last(path));
  }

  public void rename(String from, String to) {
    fs.rename(walk(parent(from)), last(from), walk(parent(to)), last(to), 0);
  }

  public void link(String from, String to) {
    fs.forget(fs.link(walk(from), walk(parent(to)), last(to)).inode(), 1);
  }

  public List<String> list(String path) {
    OpenFile d = open(path, 0);
    List<String> names = new ArrayList<>();
    long[] cookie = {0};
    boolean[] more = {true};
    while (more[0]) {
      int before = names.size();
      fs.readDirectory(d, cookie[0], (name, inode, type, next) -> {
        if (names.size() - before >= 7) {
          return false;
        }
        names.add(new String(name, StandardCharsets.UTF_8));
        cookie[0] = next;
        return true;
      });
      more[0] = names.size() > before;
    }
    fs.release(d);
    names.remove(".");
    names.remove("..");
    names.sort(null);
    return names;
  }

  public void fsync(OpenFile f) {
    fs.fsync(f, false);
  }
}
