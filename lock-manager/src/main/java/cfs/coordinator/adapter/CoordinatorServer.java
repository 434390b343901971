package cfs.coordinator.adapter;

import cfs.error.FsError;
import cfs.error.FsException;
import cfs.net.adapter.NetException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.server.DatadirCleanupManager;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServerMain;
import org.apache.zookeeper.server.admin.AdminServer.AdminServerException;
import org.jspecify.annotations.Nullable;

/**
 * A ZooKeeper server for clusters without an ensemble of their own. It should run in a process of its own: inside the
 * daemon of one host, the death of that host would take the memory of who is a member with it.
 *
 * <p>Every change is synced to disk before it is answered (ZooKeeper's default); three snapshots are kept. The data
 * directory is locked, since two servers on one directory destroy it.
 */
public final class CoordinatorServer implements AutoCloseable {
  private static final int SNAPSHOTS_KEPT = 3;
  private static final int PURGE_HOURS = 1;
  private static final long START_SECONDS = 60;

  private final Server server = new Server();
  private final FileChannel lockFile;
  private final DatadirCleanupManager purge;
  private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
  private final InetSocketAddress address;

  private CoordinatorServer(InetSocketAddress wanted, Path dataDir, FileChannel lockFile) {
    this.lockFile = lockFile;
    this.purge = new DatadirCleanupManager(dataDir.toFile(), dataDir.toFile(), SNAPSHOTS_KEPT, PURGE_HOURS);
    Thread.ofPlatform().daemon().name("cfs-coordinator")
        .start(() -> serve(new StandaloneConfig(wanted, dataDir)));
    awaitStart(wanted);
    this.address = new InetSocketAddress(wanted.getAddress(), server.getClientPort());
    purge.start();
  }

  /**
   * Starts and returns when clients can connect. ZooKeeper has no idea of who may speak here: give a loopback address.
   *
   * @param address port 0 takes a free one
   * @throws NetException when the port is taken
   */
  public static CoordinatorServer start(InetSocketAddress address, Path dataDir) {
    FileChannel lock = lock(dataDir);
    try {
      return new CoordinatorServer(address, dataDir, lock);
    } catch (FsException e) {
      close(lock);
      throw e;
    }
  }

  public InetSocketAddress address() {
    return address;
  }

  /** Completes when the server stopped, by {@link #close()} or (exceptionally) by itself, for example on a full disk. */
  public CompletableFuture<@Nullable Void> ended() {
    return ended.copy();
  }

  @Override
  public void close() {
    purge.shutdown();
    server.close();
    try {
      ended.get(START_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new FsException(FsError.IO, "the coordinator at " + address + " did not stop cleanly", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close(lockFile);
    }
  }

  private void serve(StandaloneConfig config) {
    try {
      keepDefaultHandler();
      server.runFromConfig(config);
    } catch (IOException | AdminServerException | RuntimeException e) {
      server.started.completeExceptionally(e);
      ended.completeExceptionally(e);
    } finally {
      // Also when an error (a class that is missing) ends this thread: nobody may wait for ever.
      server.started.completeExceptionally(new IOException("the server ended while starting; see the log"));
      ended.complete(null);
    }
  }

  /** Loading ZooKeeper's connection factory replaces the process-wide handler by one that only logs; put ours back. */
  private static void keepDefaultHandler() {
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    try {
      Class.forName(NIOServerCnxnFactory.class.getName());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("ZooKeeper's server is not on the class path", e);
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
  }

  private void awaitStart(InetSocketAddress wanted) {
    try {
      server.started.get(START_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw NetException.cannotListen("the coordinator", wanted,
          e.getCause() instanceof IOException io ? io : new IOException(e.getCause()));
    } catch (TimeoutException e) {
      throw new FsException(FsError.TIMED_OUT, "the coordinator did not start within " + START_SECONDS + " s",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FsException(FsError.TIMED_OUT, "interrupted while the coordinator started", e);
    }
  }

  private static FileChannel lock(Path dataDir) {
    try {
      Files.createDirectories(dataDir);
      FileChannel channel = FileChannel.open(dataDir.resolve("coordinator.lock"), StandardOpenOption.CREATE,
          StandardOpenOption.WRITE);
      FileLock taken = tryLock(channel);
      if (taken == null) {
        channel.close();
        throw new FsException(FsError.BUSY, "another coordinator runs on " + dataDir);
      }
      return channel;
    } catch (IOException e) {
      throw new FsException(FsError.IO, "cannot use " + dataDir + ": " + e.getMessage(), e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static void close(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new FsException(FsError.IO, "cannot release the coordinator's data directory", e);
    }
  }

  /** ZooKeeper's own main class, told when it serves. */
  private static final class Server extends ZooKeeperServerMain {
    private final CompletableFuture<@Nullable Void> started = new CompletableFuture<>();

    @Override
    protected void serverStarted() {
      started.complete(null);
    }
  }
}
