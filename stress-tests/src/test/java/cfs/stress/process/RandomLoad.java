package cfs.stress.process;

import cfs.error.FencedException;
import cfs.error.FsError;
import cfs.error.FsException;
import cfs.fs.AttributeChange;
import cfs.fs.OpenFile;
import cfs.fs.TestHost;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/** Seeded metadata and data operations of one thread in directories that everybody uses. */
final class RandomLoad {
  /** What races with other threads and hosts legitimately cause. */
  private static final Set<FsError> RACES = EnumSet.of(
      FsError.NO_ENTRY,
      FsError.EXISTS,
      FsError.NOT_EMPTY,
      FsError.STALE,
      FsError.IS_DIRECTORY,
      FsError.NOT_DIRECTORY,
      FsError.INVALID,
      FsError.NOT_PERMITTED);

  private final TestHost host;
  private final Random random;
  private final AtomicReference<Throwable> failure;

  RandomLoad(TestHost host, long seed, AtomicReference<Throwable> failure) {
    this.host = host;
    this.random = new Random(seed);
    this.failure = failure;
  }

  Thread start(int operations) {
    return Thread.ofPlatform().daemon().name("load-" + host.id).start(() -> {
      try {
        for (int i = 0; i < operations && failure.get() == null; i++) {
          try {
            one();
          } catch (FencedException killed) {
            return;
          } catch (FsException e) {
            if (!RACES.contains(e.error())) {
              throw e;
            }
          }
        }
      } catch (RuntimeException | Error e) {
        failure.compareAndSet(null, e);
      }
    });
  }

  private String path() {
    String directory = switch (random.nextInt(4)) {
      case 0 -> "/";
      case 1 -> "/a/";
      case 2 -> "/b/";
      default -> "/b/c/";
    };
    return directory + "n" + random.nextInt(25);
  }

  private void one() {
    switch (random.nextInt(14)) {
      case 0, 1, 2 -> {
        OpenFile f = host.create(path());
        change(f);
        host.fs.release(f);
      }
      case 3, 4, 5 -> {
        OpenFile f = host.open(path(), 2);
        try {
          change(f);
        } finally {
          host.fs.release(f);
        }
      }
      case 6 -> host.unlink(path());
      case 7, 8 -> host.rename(path(), path());
      case 9 -> host.link(path(), path());
      case 10 -> host.mkdir(path());
      case 11 -> host.rmdir(path());
      case 12 -> host.list("/b");
      default -> host.get(path());
    }
  }

  private void change(OpenFile f) {
    switch (random.nextInt(6)) {
      case 0 -> host.fs.setAttributes(
          f.inode(), new AttributeChange(AttributeChange.SIZE, 0, 0, 0, random.nextInt(100_000), 0, 0, 0));
      case 1 -> host.fs.fallocate(f, 3, random.nextInt(50_000), 1 + random.nextInt(50_000));
      case 2 -> host.fsync(f);
      case 3 -> host.fs.setXattr(f.inode(), TestHost.name("user.x" + random.nextInt(3)),
          new byte[random.nextInt(3000)], 0);
      default -> {
        byte[] data = new byte[512 * (1 + random.nextInt(100))];
        random.nextBytes(data);
        host.write(f, random.nextInt(200) * 512L, data);
      }
    }
  }
}
