package cfs.stress.load;

import static cfs.stress.os.Errno.EEXIST;
import static cfs.stress.os.Errno.EINVAL;
import static cfs.stress.os.Errno.ENODATA;
import static cfs.stress.os.Errno.ENOENT;
import static cfs.stress.os.Errno.ENOTEMPTY;
import static cfs.stress.os.Errno.ESTALE;

import cfs.stress.os.Errno;
import cfs.stress.os.FileStatus;
import cfs.stress.os.Posix;
import cfs.stress.os.PosixException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** One thread of {@link MixedLoad}. Files are named f, directories d, symbolic links l, so that types never collide. */
final class MixedWorker {
  static final int DIRECTORIES = 4;
  private static final int SUBDIRECTORIES = 3;
  private static final int NAMES = 10;
  private static final int WRITE_BYTES_MAX = 200_000;
  private static final long FILE_BYTES_MAX = 3 << 20;
  private static final int HELD_FILES_MAX = 4;

  /** Losing a race for a name. A path may also lead through an inode that another host just removed. */
  private static final Set<Integer> NAME_GONE = Set.of(ENOENT, ESTALE);
  private static final Set<Integer> NAME_TAKEN_OR_GONE = Set.of(ENOENT, ESTALE, EEXIST);

  /** An operation that throws the file system's answer. */
  private interface Operation {
    void run() throws PosixException;
  }

  private record Choice(String name, int weight, Set<Integer> raceErrors, Operation operation) {}

  final int id;
  volatile long operationStartNanos;
  volatile String operation = "";
  private final MixedLoad load;
  private final Path root;
  private final SplittableRandom random;
  private final List<Choice> choices;
  private final int weights;
  private final List<Integer> held = new ArrayList<>();
  private int steps;
  private MemorySegment buffer = MemorySegment.NULL;

  MixedWorker(MixedLoad load, Path root, int id, long seed) {
    this.load = load;
    this.root = root;
    this.id = id;
    this.random = new SplittableRandom(seed);
    this.choices = List.of(
        new Choice("create", 10, NAME_TAKEN_OR_GONE, this::create),
        new Choice("write", 10, NAME_GONE, () -> onFile(Posix.O_WRONLY, this::write)),
        new Choice("append", 8, NAME_GONE, () -> onFile(Posix.O_WRONLY | Posix.O_APPEND, this::append)),
        new Choice("read", 12, NAME_GONE, () -> onFile(Posix.O_RDONLY, this::read)),
        new Choice("truncate", 4, NAME_GONE, () -> onFile(Posix.O_WRONLY, this::truncate)),
        new Choice("open-truncate", 2, NAME_GONE, () -> onFile(Posix.O_WRONLY | Posix.O_TRUNC, fd -> {})),
        new Choice("punch", 3, NAME_GONE, () -> onFile(Posix.O_RDWR, this::punch)),
        new Choice("fsync", 3, NAME_GONE, () -> onFile(Posix.O_RDONLY, Posix::sync)),
        new Choice("held", 8, Set.of(), this::useHeld),
        new Choice("hold", 3, NAME_GONE, this::hold),
        new Choice("rename", 6, NAME_GONE, () -> Posix.rename(file(), file())),
        new Choice("rename-noreplace", 3, NAME_TAKEN_OR_GONE,
            () -> Posix.rename(file(), file(), Posix.RENAME_NOREPLACE)),
        new Choice("rename-exchange", 2, NAME_GONE,
            () -> Posix.rename(file(), file(), Posix.RENAME_EXCHANGE)),
        new Choice("link", 5, NAME_TAKEN_OR_GONE, () -> Posix.link(file(), file())),
        new Choice("unlink", 6, NAME_GONE, () -> Posix.unlink(file())),
        new Choice("symlink", 2, NAME_TAKEN_OR_GONE, () -> Posix.symlink("target-" + steps, link())),
        new Choice("readlink", 2, NAME_GONE, () -> Posix.readLink(link())),
        new Choice("unlink-symlink", 2, NAME_GONE, () -> Posix.unlink(link())),
        new Choice("mkdir", 4, NAME_TAKEN_OR_GONE, () -> Posix.makeDirectory(subdirectory())),
        new Choice("rmdir", 3, Set.of(ENOENT, ESTALE, ENOTEMPTY),
            () -> Posix.removeDirectory(subdirectory())),
        new Choice("rename-directory", 3, Set.of(ENOENT, ESTALE, ENOTEMPTY, EEXIST, EINVAL),
            this::renameDirectory),
        new Choice("readdir", 6, NAME_GONE, this::list),
        new Choice("stat", 10, NAME_GONE, () -> plausible(Posix.status(file()))),
        new Choice("chmod", 3, NAME_GONE, () -> Posix.changeMode(file(), 0600 | random.nextInt(0200))),
        new Choice("setxattr", 3, NAME_GONE,
            () -> Posix.setAttribute(file(), attribute(), marked(random.nextInt(300)))),
        new Choice("getxattr", 2, Set.of(ENOENT, ESTALE, ENODATA),
            () -> Posix.attribute(file(), attribute())),
        new Choice("removexattr", 2, Set.of(ENOENT, ESTALE, ENODATA),
            () -> Posix.removeAttribute(file(), attribute())));
    this.weights = choices.stream().mapToInt(Choice::weight).sum();
  }

  void run() {
    try (Arena arena = Arena.ofConfined()) {
      buffer = arena.allocate(WRITE_BYTES_MAX, 8);
      while (load.goesOn()) {
        steps++;
        step(choose());
      }
      while (!held.isEmpty()) {
        step(new Choice("close", 0, Set.of(), () -> Posix.close(held.removeLast())));
      }
    }
  }

  /** For people: what it does at this moment, and for how long. */
  String underWay() {
    return operation + " since " + (System.nanoTime() - operationStartNanos) / 1_000_000 + " ms";
  }

  private Choice choose() {
    int dice = random.nextInt(weights);
    for (Choice choice : choices) {
      dice -= choice.weight();
      if (dice < 0) {
        return choice;
      }
    }
    throw new AssertionError("weights do not add up");
  }

  private void step(Choice choice) {
    operation = choice.name();
    long start = System.nanoTime();
    operationStartNanos = start;
    String outcome = "ok";
    try {
      choice.operation().run();
    } catch (PosixException failed) {
      outcome = Errno.name(failed.errno);
      if (!choice.raceErrors().contains(failed.errno)) {
        load.problem("mixed-" + id + " step " + steps + ": " + choice.name() + ": " + failed.getMessage());
      }
    } finally {
      operationStartNanos = 0;
      load.ended(choice.name(), outcome, System.nanoTime() - start);
    }
  }

  private interface FileOperation {
    void run(int fd) throws PosixException;
  }

  /**
   * Opening by name may lose a race; what follows on the open file may not, not even when the last name goes meanwhile. So an
   * error after open is reported here, whatever it is.
   */
  private void onFile(int flags, FileOperation body) throws PosixException {
    int fd = Posix.open(file(), flags);
    use(fd, body);
    Posix.close(fd);
  }

  private void use(int fd, FileOperation body) {
    try {
      body.run(fd);
    } catch (PosixException failed) {
      load.problem(
          "mixed-" + id + " step " + steps + ": " + operation + " on an open file: " + failed.getMessage());
    }
  }

  private void create() throws PosixException {
    int fd = Posix.open(file(), Posix.O_WRONLY | Posix.O_CREAT | Posix.O_EXCL);
    use(fd, this::write);
    Posix.close(fd);
  }

  private void write(int fd) throws PosixException {
    long offset = eights(FILE_BYTES_MAX - WRITE_BYTES_MAX);
    MemorySegment bytes = buffer.asSlice(0, 8 + eights(random.nextBoolean() ? 4096 : WRITE_BYTES_MAX - 8));
    MarkedWords.fill(bytes, offset, stamp(), false);
    FileIo.writeAll(fd, bytes, offset);
  }

  private void append(int fd) throws PosixException {
    if (Posix.status(fd).size() > FILE_BYTES_MAX) {
      return;
    }
    MemorySegment bytes = buffer.asSlice(0, 8 + eights(8192));
    MarkedWords.fill(bytes, 0, stamp(), true);
    int written = Posix.write(fd, bytes);
    if (written != bytes.byteSize()) {
      load.problem("append wrote " + written + " of " + bytes.byteSize() + " bytes");
    }
  }

  private void read(int fd) throws PosixException {
    long offset = eights(FILE_BYTES_MAX);
    MemorySegment part = buffer.asSlice(0, 8 + eights(WRITE_BYTES_MAX - 8));
    long read = FileIo.readAll(fd, part, offset);
    String foreign = MarkedWords.foreign(part.asSlice(0, read), offset);
    if (!foreign.isEmpty()) {
      load.problem(
          "mixed-" + id + " step " + steps + ": read inode " + Posix.status(fd).inode() + ": " + foreign);
    }
  }

  private void truncate(int fd) throws PosixException {
    Posix.truncate(fd, random.nextInt(4) == 0 ? 0 : eights(FILE_BYTES_MAX));
  }

  private void punch(int fd) throws PosixException {
    Posix.allocate(fd, Posix.FALLOC_PUNCH_HOLE | Posix.FALLOC_KEEP_SIZE, eights(FILE_BYTES_MAX),
        8 + eights(100_000));
  }

  private void hold() throws PosixException {
    if (held.size() < HELD_FILES_MAX) {
      held.add(Posix.open(file(), Posix.O_RDWR));
    } else {
      Posix.close(held.remove(random.nextInt(held.size())));
    }
  }

  /** A file that is open stays whole, whatever happens to its names on whichever host. */
  private void useHeld() throws PosixException {
    if (held.isEmpty()) {
      return;
    }
    int fd = held.get(random.nextInt(held.size()));
    switch (random.nextInt(4)) {
      case 0 -> write(fd);
      case 1 -> read(fd);
      case 2 -> plausible(Posix.status(fd));
      default -> Posix.sync(fd);
    }
  }

  private void renameDirectory() throws PosixException {
    Path from = subdirectory();
    Path to = subdirectory();
    Posix.rename(from, to);
  }

  private void list() throws PosixException {
    Path directory = directory();
    List<String> names = Posix.list(directory);
    if (new HashSet<>(names).size() != names.size()) {
      load.problem("mixed-" + id + " step " + steps + ": " + directory + " lists a name twice: " + names);
    }
    for (String name : names) {
      if (!name.matches("[fdl]\\d{1,2}")) {
        load.problem(
            "mixed-" + id + " step " + steps + ": " + directory + " lists a name that nobody made: " + name);
      }
    }
  }

  private void plausible(FileStatus status) {
    if (!status.isRegular() || status.size() > MarkedWords.FILE_BYTES_MAX) {
      load.problem("mixed-" + id + " step " + steps + ": a file with status " + status);
    }
  }

  private byte[] marked(int length) {
    byte[] value = new byte[length];
    random.nextBytes(value);
    return value;
  }

  private String attribute() {
    return "user.a" + random.nextInt(3);
  }

  /** A top directory stays; those in it come and go. */
  private Path directory() {
    Path top = root.resolve("d" + random.nextInt(DIRECTORIES));
    return random.nextInt(3) == 0 ? top.resolve("d" + random.nextInt(SUBDIRECTORIES)) : top;
  }

  private Path subdirectory() {
    return directory().resolve("d" + random.nextInt(SUBDIRECTORIES));
  }

  private Path file() {
    return directory().resolve("f" + random.nextInt(NAMES));
  }

  private Path link() {
    return directory().resolve("l" + random.nextInt(NAMES));
  }

  private long eights(long max) {
    return random.nextLong(max / 8) * 8;
  }

  private int stamp() {
    return id << 24 ^ steps;
  }
}
