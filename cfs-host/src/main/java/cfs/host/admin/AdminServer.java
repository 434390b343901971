package cfs.host.admin;

import cfs.host.problem.Problem;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the admin API on a Unix domain socket that only its owner may open. At most {@value #CONNECTIONS_MAX} connections
 * at a time, each at most {@value #EXCHANGE_SECONDS_MAX} seconds, so that a stuck client costs a bounded amount.
 */
public final class AdminServer implements AutoCloseable {
  static final int CONNECTIONS_MAX = 16;
  static final int EXCHANGE_SECONDS_MAX = 45;
  private static final Logger log = LoggerFactory.getLogger(AdminServer.class);

  private final Path socket;
  private final ServerSocketChannel server;
  private final Map<String, Supplier<Object>> routes;
  private final Semaphore connections = new Semaphore(CONNECTIONS_MAX);
  private final ScheduledExecutorService watchdog = Executors
      .newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("admin-watchdog").factory());

  /** @param routes "GET /v1/status" and so on to what answers with a JSON-able value; called on any thread */
  public AdminServer(Path socket, Map<String, Supplier<Object>> routes) throws IOException {
    this.socket = socket;
    this.routes = Map.copyOf(routes);
    // The caller holds this host's fence lock: a socket file that is there belongs to nobody.
    Files.deleteIfExists(socket);
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(UnixDomainSocketAddress.of(socket));
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException refused) {
      server.close();
      throw refused;
    }
    Thread.ofPlatform().daemon().name("admin-accept").start(this::acceptAll);
  }

  private void acceptAll() {
    try {
      while (true) {
        connections.acquire();
        SocketChannel client = server.accept();
        ScheduledFuture<?> limit = watchdog.schedule(() -> closeQuietly(client), EXCHANGE_SECONDS_MAX,
            TimeUnit.SECONDS);
        Thread.ofVirtual().name("admin").start(() -> {
          serve(client);
          limit.cancel(false);
          connections.release();
        });
      }
    } catch (ClosedChannelException closed) {
      log.debug("admin socket closed");
    } catch (IOException broken) {
      log.error("admin socket failed: {}", broken.toString());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(SocketChannel client) {
    try (client;
        InputStream in = new BufferedInputStream(Channels.newInputStream(client));
        OutputStream out = Channels.newOutputStream(client)) {
      String[] words = HttpExchange.read(in).firstLine().split(" ");
      Supplier<Object> route = words.length < 2 ? null : routes.get(words[0] + " " + words[1]);
      if (route == null) {
        HttpExchange.writeAnswer(out, 404,
            Json.write(Map.of("error", "NO_SUCH_CALL", "calls", routes.keySet())));
      } else {
        answer(out, route);
      }
    } catch (IOException clientGone) {
      log.debug("admin client: {}", clientGone.toString());
    } catch (RuntimeException failed) {
      log.error("admin call failed", failed);
    }
  }

  private static void answer(OutputStream out, Supplier<Object> route) throws IOException {
    try {
      HttpExchange.writeAnswer(out, 200, Json.write(route.get()));
    } catch (Problem refused) {
      HttpExchange.writeAnswer(out, 409, Json.write(Refusal.of(refused)));
    }
  }

  private static void closeQuietly(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException nothingToLose) {
      log.debug("admin connection: {}", nothingToLose.toString());
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    watchdog.shutdownNow();
    Files.deleteIfExists(socket);
  }
}
