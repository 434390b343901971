package cfs.fuse.adapter;

import cfs.port.Lane;
import cfs.port.TaskSpawner;

/** Threads for tests: one per task. */
final class Tasks implements TaskSpawner {
  static final TaskSpawner THREADS = new Tasks();

  @Override
  public void spawn(String name, Runnable task) {
    Thread.ofPlatform().daemon().name(name).start(task);
  }

  @Override
  public Lane.Timer every(String name, long periodNanos, Runnable task) {
    throw new UnsupportedOperationException("a mount has nothing periodic");
  }
}
