package cfs.coordinator.adapter;

import cfs.error.Invariant;
import cfs.port.Coordinator;
import cfs.port.Lane;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.watch.PersistentWatcher;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.BoundedExponentialBackoffRetry;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The coordinator in ZooKeeper, below {@code /cfs/<cluster>}. Curator keeps the session and the watch; {@link Store} makes
 * the calls.
 *
 * <p>LOST is said when the store expired the session, or when it was SUSPENDED for the whole session timeout. In the
 * second case Curator drops the session at once and never uses it again, so its ephemerals are gone or will be when the
 * store's own clock says so (never earlier than the timeout after the last contact, at most one server tick later); until
 * then {@link #announce} meets CONFLICT. A RECONNECTED with another session than before is told as LOST, CONNECTED.
 *
 * <p>While the connection is down changes are not watched, so "/" is reported as changed after every connect: whoever
 * cares reads again.
 */
public final class CuratorCoordinator implements Coordinator {
  /** Calls that wait for their turn; more are answered null or UNKNOWN at once. */
  private static final int MAX_WAITING = 4096;
  private static final Logger LOG = LoggerFactory.getLogger(CuratorCoordinator.class);

  private final Lane lane;
  private final String root;
  private final CuratorFramework client;
  private final PersistentWatcher watcher;
  /** Taking the ZooKeeper handle from Curator may block while it replaces a session, hence not on the caller. */
  private final ThreadPoolExecutor calls;
  private volatile long sessionTimeoutNanos;
  private volatile @Nullable Consumer<Session> onSession;
  private volatile @Nullable Consumer<String> onChange;
  /** Curator's state thread only. */
  private long sessionId;
  private @Nullable Session told;

  /**
   * @param connect ZooKeeper's connect string, "host:port" or several with commas
   * @param sessionTimeoutMillis wish; the server decides, see {@link #sessionTimeoutNanos()}
   */
  public CuratorCoordinator(String connect, UUID cluster, int sessionTimeoutMillis, Lane lane) {
    this.lane = lane;
    this.root = "/cfs/" + cluster;
    this.sessionTimeoutNanos = TimeUnit.MILLISECONDS.toNanos(sessionTimeoutMillis);
    ThreadFactory threads = Thread.ofPlatform().daemon().name("cfs-coordinator-client-", 0).factory();
    this.calls = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING),
        threads);
    ZKClientConfig config = new ZKClientConfig();
    config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
    // The retries are for Curator's own calls (the watch); each watch is set again after a reconnect anyway.
    this.client = CuratorFrameworkFactory.builder().connectString(connect).ensembleTracker(false)
        .sessionTimeoutMs(sessionTimeoutMillis).connectionTimeoutMs(sessionTimeoutMillis)
        .simulatedSessionExpirationPercent(100).retryPolicy(new BoundedExponentialBackoffRetry(50, 1000, 29))
        .threadFactory(threads).zkClientConfig(config).build();
    this.watcher = new PersistentWatcher(client, root, true);
  }

  @Override
  public void start(Consumer<Session> onSession, Consumer<String> onChange) {
    Invariant.check(this.onSession == null, "a coordinator starts once");
    this.onSession = onSession;
    this.onChange = onChange;
    client.getConnectionStateListenable().addListener((changed, state) -> connection(state));
    watcher.getListenable().addListener(this::changed);
    watcher.getResetListenable().addListener(() -> tellChange("/"));
    client.start();
    watcher.start();
  }

  @Override
  public void read(String path, Consumer<@Nullable Versioned> answer) {
    Consumer<@Nullable Versioned> onLane = result -> lane.post(() -> answer.accept(result));
    call(store -> store.read(full(path), onLane), () -> onLane.accept(null));
  }

  @Override
  public void children(String path, Consumer<@Nullable Map<String, byte[]>> answer) {
    Consumer<@Nullable Map<String, byte[]>> onLane = result -> lane.post(() -> answer.accept(result));
    call(store -> store.children(full(path), onLane), () -> onLane.accept(null));
  }

  @Override
  public void compareAndSet(String path, int expectedVersion, byte[] value, Consumer<Outcome> answer) {
    byte[] copy = value.clone();
    Consumer<Outcome> onLane = result -> lane.post(() -> answer.accept(result));
    call(store -> store.compareAndSet(full(path), expectedVersion, copy, onLane),
        () -> onLane.accept(Outcome.UNKNOWN));
  }

  @Override
  public void announce(String path, byte[] value, Consumer<Outcome> answer) {
    byte[] copy = value.clone();
    Consumer<Outcome> onLane = result -> lane.post(() -> answer.accept(result));
    call(store -> store.announce(full(path), copy, onLane), () -> onLane.accept(Outcome.UNKNOWN));
  }

  /** The timeout that the server agreed to; what was asked for until the first connection. */
  @Override
  public long sessionTimeoutNanos() {
    return sessionTimeoutNanos;
  }

  /** Ends the session, so that what it announced disappears at once. */
  @Override
  public void close() {
    calls.shutdown();
    watcher.close();
    client.close();
  }

  /** The live session, for tests that kill it. */
  ZooKeeper session() throws Exception {
    return client.getZookeeperClient().getZooKeeper();
  }

  private void call(Consumer<Store> request, Runnable unreachable) {
    try {
      calls.execute(() -> {
        Store store = store();
        if (store == null) {
          unreachable.run();
        } else {
          request.accept(store);
        }
      });
    } catch (RejectedExecutionException full) {
      unreachable.run();
    }
  }

  private @Nullable Store store() {
    if (!client.getZookeeperClient().isConnected()) {
      return null;
    }
    try {
      return new Store(client.getZookeeperClient().getZooKeeper(), Store.open());
    } catch (Exception e) { // Curator declares Exception; it means that there is no session to be had now
      LOG.debug("no ZooKeeper session", e);
      return null;
    }
  }

  private void connection(ConnectionState state) {
    switch (state) {
      case CONNECTED, RECONNECTED -> connected();
      case SUSPENDED -> tell(Session.SUSPENDED);
      case LOST -> tell(Session.LOST);
      case READ_ONLY -> Invariant.check(false, "read-only sessions are never asked for");
    }
  }

  private void connected() {
    try {
      ZooKeeper session = client.getZookeeperClient().getZooKeeper();
      if (sessionId != 0 && session.getSessionId() != sessionId && told != Session.LOST) {
        tell(Session.LOST);
      }
      sessionId = session.getSessionId();
      sessionTimeoutNanos = TimeUnit.MILLISECONDS.toNanos(session.getSessionTimeout());
      tell(Session.CONNECTED);
      tellChange("/");
    } catch (Exception e) { // Curator declares Exception; the next state change follows
      LOG.debug("the ZooKeeper session went away while connecting", e);
    }
  }

  private void tell(Session session) {
    Consumer<Session> listener = onSession;
    if (listener != null && session != told) {
      told = session;
      lane.post(() -> listener.accept(session));
    }
  }

  private void changed(WatchedEvent event) {
    if (event.getType() != EventType.None && event.getPath().startsWith(root)) {
      String path = event.getPath().substring(root.length());
      tellChange(path.isEmpty() ? "/" : path);
    }
  }

  private void tellChange(String path) {
    Consumer<String> listener = onChange;
    if (listener != null) {
      lane.post(() -> listener.accept(path));
    }
  }

  private String full(String path) {
    Invariant.check(path.startsWith("/") && path.length() > 1 && !path.endsWith("/"),
        "a path looks like /view");
    return root + path;
  }
}
