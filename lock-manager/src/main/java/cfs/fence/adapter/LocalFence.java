package cfs.fence.adapter;

import cfs.membership.FenceAgent;
import cfs.membership.HostRecord;
import cfs.port.Clock;
import cfs.port.TaskSpawner;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fences hosts that run as processes of this machine: a free slot lock proves that the process is gone; else it is killed
 * and the lock awaited.
 *
 * <p>Only the incarnation asked for is killed. A slot that shows another one was taken anew, which the kernel allows only
 * after the process of the old one was gone: verified, and the new one lives. The victim's lock is not kept after that: a
 * host that starts again meanwhile does so as a new incarnation, which owns nothing until the members admit it.
 *
 * <p>Needs one pid namespace and one user (or root) for all hosts, and the slot directory on a local file system.
 */
public final class LocalFence implements FenceAgent {
  /** How a fence ended. Anything but {@code verified} means that the host may still write. */
  record Verdict(boolean verified, String reason) {}

  private static final Logger LOG = LoggerFactory.getLogger(LocalFence.class);
  private static final long POLL_MILLIS = 2;

  private final Path dir;
  private final long timeoutNanos;
  private final Clock clock;
  private final TaskSpawner tasks;

  /** @param timeoutNanos wait for a killed process to be gone; one stuck in a disk request may need long */
  public LocalFence(Path dir, long timeoutNanos, Clock clock, TaskSpawner tasks) {
    this.dir = dir;
    this.timeoutNanos = timeoutNanos;
    this.clock = clock;
    this.tasks = tasks;
  }

  @Override
  public void fence(HostRecord host, Consumer<Boolean> verified) {
    tasks.spawn("fence-" + host.hostId(),
        () -> verified.accept(fence(host.hostId(), host.incarnation()).verified()));
  }

  /** Blocks until the host's process is proven gone, or for the timeout. */
  Verdict fence(int hostId, long incarnation) {
    Verdict verdict;
    try {
      Path file = HostSlot.file(dir, hostId);
      Long own = HostSlot.heldHere(file);
      if (own != null) {
        // This process got the slot, so its former run is gone; a host that was killed recovers itself when it is alone.
        verdict = own == incarnation
            ? new Verdict(false, "host " + hostId + " runs in this process, which cannot fence itself")
            : new Verdict(true, "the host runs anew in this process as incarnation " + own);
      } else if (!Files.exists(file)) {
        verdict = new Verdict(false,
            "there is no " + file + ": host " + hostId + " never ran on this machine");
      } else {
        try (
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
          verdict = fence(hostId, incarnation, channel);
        }
      }
    } catch (IOException e) {
      verdict = new Verdict(false,
          "cannot read the slot of host " + hostId + " in " + dir + ": " + e.getMessage());
    }
    LOG.info("fence of host {} incarnation {}: {}, {}", hostId, incarnation,
        verdict.verified() ? "verified" : "FAILED", verdict.reason());
    return verdict;
  }

  private Verdict fence(int hostId, long incarnation, FileChannel channel) throws IOException {
    long deadline = clock.nanoTime() + timeoutNanos;
    String state = "its slot file is damaged";
    boolean killed = false;
    do {
      try (FileLock lock = channel.tryLock()) {
        if (lock != null) {
          return new Verdict(true, killed ? "its process was killed" : "its process was gone");
        }
      }
      Optional<SlotRecord> holder = SlotRecord.read(channel);
      if (holder.isPresent() && holder.get().incarnation() != incarnation) {
        return new Verdict(true, "the host runs anew as incarnation " + holder.get().incarnation());
      }
      if (holder.isPresent()) {
        ProcessMark process = holder.get().process();
        // A new process may hold the lock and not have written itself down yet: then the old pid is gone or another's.
        boolean alive = process.alive();
        killed |= alive && kill(process);
        state = alive
            ? killed ? "pid " + process.pid() + " was killed but is not gone"
                : "pid " + process.pid()
                    + " may not be killed by this user"
            : "another process holds its slot and does not say who it is";
      }
    } while (clock.nanoTime() - deadline < 0 && pause());
    return new Verdict(false, "host " + hostId + ": " + state + " after "
        + TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + " ms");
  }

  private static boolean kill(ProcessMark process) {
    // ProcessHandle compares the start time once more before it signals.
    Optional<ProcessHandle> handle = ProcessHandle.of(process.pid());
    return handle.isPresent() && process.alive() && handle.get().destroyForcibly();
  }

  private static boolean pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
