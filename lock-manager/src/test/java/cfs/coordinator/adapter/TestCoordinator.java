package cfs.coordinator.adapter;

import cfs.port.Coordinator.Outcome;
import cfs.port.Coordinator.Session;
import cfs.port.Coordinator.Versioned;
import cfs.runtime.adapter.Failures;
import cfs.runtime.adapter.LanePool;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A coordinator with blocking calls, which writes down what it is told and on which thread. */
final class TestCoordinator implements AutoCloseable {
  static final UUID CLUSTER = new UUID(5, 5);
  static final int SESSION_MILLIS = 2_000;
  private static final long PATIENCE_SECONDS = 30;

  final Failures failures = new Failures();
  final LanePool lanes = new LanePool(1, failures);
  final CuratorCoordinator port;
  final BlockingQueue<Session> sessions = new LinkedBlockingQueue<>();
  final BlockingQueue<String> changes = new LinkedBlockingQueue<>();

  TestCoordinator(InetSocketAddress server) {
    this(server, CLUSTER);
  }

  TestCoordinator(InetSocketAddress server, UUID cluster) {
    port = new CuratorCoordinator("127.0.0.1:" + server.getPort(), cluster, SESSION_MILLIS, lanes.lane("test"));
    port.start(session -> {
      requireLane();
      sessions.add(session);
    }, path -> {
      requireLane();
      changes.add(path);
    });
  }

  static TestCoordinator connected(InetSocketAddress server) throws InterruptedException {
    TestCoordinator coordinator = new TestCoordinator(server);
    if (coordinator.session() != Session.CONNECTED) {
      throw new AssertionError("the first thing told is CONNECTED");
    }
    return coordinator;
  }

  Session session() throws InterruptedException {
    return sessions.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  boolean hears(String path) throws InterruptedException {
    for (String change = ""; change != null; change = changes.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      if (change.equals(path)) {
        return true;
      }
    }
    return false;
  }

  Outcome set(String path, int version, String value) throws Exception {
    return answer(told -> port.compareAndSet(path, version, bytes(value), told));
  }

  Outcome announce(String path, String value) throws Exception {
    return answer(told -> port.announce(path, bytes(value), told));
  }

  /** "value@version", "absent", or "unreachable". */
  String read(String path) throws Exception {
    Optional<Versioned> found = answer(told -> port.read(path, value -> told.accept(Optional.ofNullable(value))));
    return found.map(value -> value.value() == null
        ? "absent"
        : new String(value.value(), StandardCharsets.US_ASCII) + "@" + value.version()).orElse("unreachable");
  }

  Optional<Map<String, byte[]>> children(String path) throws Exception {
    return answer(told -> port.children(path, value -> told.accept(Optional.ofNullable(value))));
  }

  private static <T> T answer(Consumer<Consumer<T>> call) throws Exception {
    CompletableFuture<T> answer = new CompletableFuture<>();
    call.accept(value -> {
      requireLane();
      answer.complete(value);
    });
    return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private static void requireLane() {
    if (!Thread.currentThread().getName().startsWith("cfs-lane")) {
      throw new IllegalStateException("told on " + Thread.currentThread().getName());
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    port.close();
    lanes.close();
    if (failures.count() != 0) {
      throw new AssertionError("a callback failed");
    }
  }
}
