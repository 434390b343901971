package cfs.host.admin;

import cfs.host.problem.CommandName;
import cfs.host.problem.Problem;
import cfs.host.problem.ProblemCode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks one daemon through its admin socket; every call ends within its limit. */
public final class AdminClient {
  private final Path socket;

  public AdminClient(Path socket) {
    this.socket = socket;
  }

  /** Empty when the daemon does not answer within {@code limit}. */
  public Optional<HostStatus> status(Duration limit) {
    return ask("GET", "/v1/status", limit).map(body -> Json.read(body, HostStatus.class));
  }

  /** The counters as JSON text. */
  public String stats(Duration limit) {
    return ask("GET", "/v1/stats", limit).orElseThrow(() -> new Problem(ProblemCode.DAEMON_UNREACHABLE,
        "No daemon answers on " + socket, CommandName.cfs("status")));
  }

  /** Asks for a clean stop; false when nobody heard it. The daemon answers before it stops. */
  public boolean stop(Duration limit) {
    return ask("POST", "/v1/stop", limit).isPresent();
  }

  /** As {@link #stop}, but throws the problem, and nothing is stopped, when programs use the mount. */
  public boolean unmount(Duration limit) {
    return ask("POST", "/v1/unmount", limit).isPresent();
  }

  private Optional<String> ask(String method, String path, Duration limit) {
    CompletableFuture<String> answer = new CompletableFuture<>();
    // A daemon thread: a connection that hangs must not keep the command from ending.
    Thread.ofPlatform().daemon().name("admin-client").start(() -> {
      try {
        answer.complete(exchange(method, path));
      } catch (IOException | RuntimeException notThere) {
        answer.completeExceptionally(notThere);
      }
    });
    try {
      return Optional.of(answer.get(limit.toMillis(), TimeUnit.MILLISECONDS));
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof Problem refused) {
        throw refused;
      }
      return Optional.empty();
    } catch (TimeoutException silent) {
      return Optional.empty();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private String exchange(String method, String path) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        OutputStream out = Channels.newOutputStream(channel);
        InputStream in = new BufferedInputStream(Channels.newInputStream(channel))) {
      HttpExchange.writeRequest(out, method, path, "");
      HttpExchange.Message answer = HttpExchange.read(in);
      if (answer.firstLine().contains(" 409 ")) {
        throw Json.read(answer.body(), Refusal.class).toProblem();
      }
      if (!answer.firstLine().contains(" 200 ")) {
        throw new IOException(path + " was refused: " + answer.firstLine());
      }
      return answer.body();
    }
  }
}
