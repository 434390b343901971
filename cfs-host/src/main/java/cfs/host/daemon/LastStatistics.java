package cfs.host.daemon;

import cfs.error.FsException;
import cfs.fs.FileSystem;
import cfs.fs.VolumeStatistics;
import cfs.port.TaskSpawner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The volume's statistics for people. Counting may wait for cluster locks, and a status that hangs while the cluster
 * recovers is of no use; so they are counted aside, one count at a time, and whoever asks waits a moment only and else gets
 * what was known last.
 */
final class LastStatistics {
  private static final int PATIENCE_MILLIS = 300;

  private final FileSystem files;
  private final TaskSpawner tasks;
  private final AtomicReference<@Nullable CompletableFuture<@Nullable VolumeStatistics>> running = new AtomicReference<>();
  private volatile @Nullable VolumeStatistics last;

  LastStatistics(FileSystem files, TaskSpawner tasks) {
    this.files = files;
    this.tasks = tasks;
  }

  /** Null when nothing was counted yet. */
  @Nullable
  VolumeStatistics get() {
    try {
      VolumeStatistics fresh = current().get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      return fresh == null ? last : fresh;
    } catch (TimeoutException | ExecutionException later) {
      return last;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return last;
    }
  }

  private CompletableFuture<@Nullable VolumeStatistics> current() {
    CompletableFuture<@Nullable VolumeStatistics> there = running.get();
    if (there != null) {
      return there;
    }
    CompletableFuture<@Nullable VolumeStatistics> mine = new CompletableFuture<>();
    if (running.compareAndSet(null, mine)) {
      tasks.spawn("statistics", () -> count(mine));
    }
    return mine;
  }

  private void count(CompletableFuture<@Nullable VolumeStatistics> asked) {
    VolumeStatistics counted = null;
    try {
      counted = files.statistics();
      last = counted;
    } catch (FsException notNow) {
      // Fenced or closing: what was known last stays.
    } finally {
      running.set(null);
      asked.complete(counted);
    }
  }
}
