package cfs.fence.adapter;

import cfs.error.FsError;
import cfs.error.FsException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * This process's proof of life as one host: an exclusive POSIX lock on {@code host-<id>.lock}, which the kernel takes back
 * when the process is gone, whatever killed it, and not before its last system call and io_uring request ended. A child
 * process does not inherit it (unlike flock(2)), so a daemon's children cannot keep a dead host alive.
 *
 * <p>A POSIX lock is also lost when the process closes <em>any</em> descriptor of the file; {@link #HELD} keeps this
 * process from opening what it holds.
 */
public final class HostSlot implements AutoCloseable {
  /** Slot files that this process holds, and as which incarnation of the host. */
  private static final Map<Path, Long> HELD = new ConcurrentHashMap<>();

  private static final int ATTEMPTS = 50;
  private static final int ATTEMPT_MILLIS = 20;

  private final Path file;
  private final FileChannel channel;

  private HostSlot(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Takes the slot before the host does anything else, and records who took it. Throws BUSY when a live process has it.
   *
   * @param incarnation of this start of the host, never used before
   */
  public static HostSlot take(Path dir, int hostId, long incarnation) {
    try {
      Files.createDirectories(dir);
      Path file = file(dir, hostId);
      if (HELD.putIfAbsent(file, incarnation) != null) {
        throw new FsException(FsError.BUSY, "host " + hostId + " runs in this very process already");
      }
      boolean taken = false;
      FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ,
          StandardOpenOption.WRITE);
      try {
        if (!lock(channel)) {
          throw new FsException(FsError.BUSY, "host " + hostId + " runs on this machine already"
              + SlotRecord.read(channel).map(other -> ", as pid " + other.process().pid()).orElse(""));
        }
        new SlotRecord(ProcessMark.self(), incarnation).write(channel);
        taken = true;
        return new HostSlot(file, channel);
      } finally {
        if (!taken) {
          channel.close();
          HELD.remove(file);
        }
      }
    } catch (IOException e) {
      throw new FsException(FsError.IO, "cannot take the slot of host " + hostId + " in " + dir, e);
    }
  }

  /** Tries for a second: whoever fences the older incarnation of this host holds the lock for a moment. */
  private static boolean lock(FileChannel channel) throws IOException {
    for (int attempt = 1; channel.tryLock() == null; attempt++) {
      if (attempt == ATTEMPTS) {
        return false;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(ATTEMPT_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }

  static Path file(Path dir, int hostId) throws IOException {
    return dir.toRealPath().resolve("host-" + hostId + ".lock");
  }

  /** The incarnation as which this process holds the slot, or null. */
  static @Nullable Long heldHere(Path file) {
    return HELD.get(file);
  }

  /** Only when the host wrote its last byte: from now on it counts as fenced. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new FsException(FsError.IO, "cannot release " + file, e);
    } finally {
      HELD.remove(file);
    }
  }
}
