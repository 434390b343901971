package cfs.stress.load;

import cfs.stress.os.Errno;
import cfs.stress.os.Posix;
import cfs.stress.os.PosixException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One thread of {@link DurableLoad}: each step changes files of its own in directories that all workers of all hosts share,
 * makes that durable, and enters it in its ledger; between them it reads what others published.
 */
final class DurableWorker {
  private static final int FILES_MAX = 150;
  private static final int BLOCKS = 64;
  private static final int BIG_BYTES = 2 << 20;
  private static final long LOG_BYTES_MAX = 8 << 20;

  private final DurableLoad load;
  private final Path mount;
  private final String prefix;
  private final List<String> directories;
  private final SplittableRandom random;
  private final boolean direct;
  private final long seed;
  private final ArrayDeque<Published> own = new ArrayDeque<>();
  final Ledger ledger;
  private final Promise.Log log;
  private final Promise.Blocks blocks;
  private int files;
  private MemorySegment buffer = MemorySegment.NULL;

  DurableWorker(DurableLoad load, Path mount, String prefix, List<String> directories, long seed,
      boolean direct) {
    this.load = load;
    this.mount = mount;
    this.prefix = prefix;
    this.directories = directories;
    this.random = new SplittableRandom(seed);
    this.seed = seed;
    this.direct = direct;
    this.ledger = new Ledger(prefix);
    this.log = new Promise.Log(Content.mix(seed, 1));
    this.blocks = new Promise.Blocks(Content.mix(seed, 2), BLOCKS);
  }

  /** Works until told to stop. */
  void run() throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      buffer = arena.allocate(BIG_BYTES, Promise.BLOCK_BYTES);
      int logFile = make("log", Posix.O_WRONLY | Posix.O_APPEND, log);
      int blockFile = make("blocks", Posix.O_RDWR | (direct ? Posix.O_DIRECT : 0), blocks);
      while (load.goesOn()) {
        long start = System.nanoTime();
        step(logFile, blockFile);
        load.took(start, System.nanoTime() - start);
      }
      Posix.close(logFile);
      Posix.close(blockFile);
    }
  }

  private void step(int logFile, int blockFile) throws PosixException {
    int dice = random.nextInt(100);
    if (dice < 30) {
      create();
    } else if (dice < 50) {
      append(logFile);
    } else if (dice < 70) {
      overwrite(blockFile);
    } else if (dice < 80) {
      rename();
    } else if (dice < 85 || ledger.fileCount() > FILES_MAX) {
      remove();
    } else {
      readForeign();
    }
  }

  private int make(String kind, int flags, Promise promise) throws PosixException {
    String name = directory() + "/" + prefix + kind;
    ledger.creating(name);
    int fd = Posix.open(mount.resolve(name), flags | Posix.O_CREAT | Posix.O_EXCL);
    Posix.sync(fd);
    ledger.created(name, promise);
    return fd;
  }

  private void create() throws PosixException {
    String name = directory() + "/" + prefix + "f" + files;
    long content = Content.mix(seed, 100 + files);
    files++;
    int size = random.nextInt(20) == 0 ? BIG_BYTES
        : 1 + random.nextInt(random.nextBoolean() ? 3000 : 100_000);
    ledger.creating(name);
    int fd = Posix.open(mount.resolve(name), Posix.O_WRONLY | Posix.O_CREAT | Posix.O_EXCL);
    MemorySegment bytes = buffer.asSlice(0, size);
    Content.fill(bytes, content, 0);
    FileIo.writeAll(fd, bytes, 0);
    Posix.sync(fd);
    Promise.Whole promise = new Promise.Whole(content, size);
    ledger.created(name, promise);
    Posix.close(fd);
    publish(new Published(name, promise));
  }

  private void append(int fd) throws PosixException {
    int size = 1 + random.nextInt(12_000);
    if (log.ackedBytes + size > LOG_BYTES_MAX) {
      return;
    }
    MemorySegment bytes = buffer.asSlice(0, size);
    Content.fill(bytes, log.seed, log.ackedBytes);
    log.issuedBytes = log.ackedBytes + size;
    int written = Posix.write(fd, bytes);
    if (written != size) {
      throw new AssertionError("append wrote " + written + " of " + size + " bytes");
    }
    Posix.sync(fd);
    log.ackedBytes = log.issuedBytes;
  }

  private void overwrite(int fd) throws PosixException {
    int count = 1 + random.nextInt(4);
    int first = random.nextInt(BLOCKS - count);
    for (int i = 0; i < count; i++) {
      int block = first + i;
      blocks.issued[block]++;
      Content.fill(buffer.asSlice((long) i * Promise.BLOCK_BYTES, Promise.BLOCK_BYTES),
          blocks.seedOf(block, blocks.issued[block]), 0);
    }
    FileIo.writeAll(fd, buffer.asSlice(0, (long) count * Promise.BLOCK_BYTES),
        (long) first * Promise.BLOCK_BYTES);
    Posix.sync(fd);
    for (int block = first; block < first + count; block++) {
      blocks.acked[block] = blocks.issued[block];
    }
  }

  private void rename() throws PosixException {
    Published file = own.poll();
    if (file == null) {
      return;
    }
    String to = directory() + "/" + prefix + "r" + files++;
    file.retracted = true;
    ledger.renaming(file.name, to);
    Posix.rename(mount.resolve(file.name), mount.resolve(to));
    Posix.syncDirectory(mount.resolve(to).getParent());
    Posix.syncDirectory(mount.resolve(file.name).getParent());
    ledger.renamed(to);
    publish(new Published(to, file.promise));
  }

  private void remove() throws PosixException {
    Published file = own.poll();
    if (file == null) {
      return;
    }
    file.retracted = true;
    ledger.removing(file.name);
    Posix.unlink(mount.resolve(file.name));
    Posix.syncDirectory(mount.resolve(file.name).getParent());
    ledger.done();
  }

  private void readForeign() throws PosixException {
    Published file = load.published(random);
    if (file == null) {
      return;
    }
    try {
      String broken = file.promise.broken(mount.resolve(file.name));
      if (!broken.isEmpty()) {
        load.problem(mount.resolve(file.name) + " as seen through " + prefix + ": " + broken);
      }
    } catch (PosixException failed) {
      if (failed.errno != Errno.ENOENT && failed.errno != Errno.ESTALE) {
        throw failed;
      }
      if (!file.retracted) {
        load.problem(failed.getMessage() + " although it was synced and nobody removed it");
      }
    }
  }

  private void publish(Published file) {
    own.add(file);
    load.publish(file);
  }

  private String directory() {
    return directories.get(random.nextInt(directories.size()));
  }
}
