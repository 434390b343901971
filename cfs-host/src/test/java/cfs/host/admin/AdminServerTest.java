package cfs.host.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import cfs.host.problem.Problem;
import cfs.host.problem.ProblemCode;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminServerTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir
  private Path directory;

  private Path socket;
  private AdminServer server;

  @BeforeEach
  void serve() throws IOException {
    socket = directory.resolve("admin.sock");
    server = new AdminServer(socket, Map.of("GET /v1/status", AdminServerTest::someStatus, "GET /v1/stats",
        () -> Map.of("locks", Map.of("held", 3)), "POST /v1/unmount", () -> {
          throw new Problem(ProblemCode.MOUNT_POINT_BUSY, "It is in use", "fuser -vm /mnt");
        }));
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private static HostStatus someStatus() {
    return new HostStatus(1, 7, "host7", HostState.READY, "serving", 42, 5, "1.0", "uuid", null, null,
        List.of(),
        new HostStatus.MountStatus("/mnt", true), new HostStatus.MemoryStatus(1, 2, 3));
  }

  @Test
  void statusArrivesWhole() {
    assertThat(new AdminClient(socket).status(LIMIT)).contains(someStatus());
    assertThat(new AdminClient(socket).stats(LIMIT)).isEqualTo("{\"locks\":{\"held\":3}}");
  }

  @Test
  void aRefusalKeepsCodeSentenceAndNextCommand() {
    Problem problem = catchThrowableOfType(Problem.class, () -> new AdminClient(socket).unmount(LIMIT));
    assertThat(problem.line()).isEqualTo("error [MOUNT_POINT_BUSY]: It is in use. Next: fuser -vm /mnt");
  }

  @Test
  void onlyTheOwnerMayOpenTheSocket() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket))).isEqualTo("rw-------");
  }

  @Test
  void unknownCallsAreAnsweredWithThoseThatExist() throws IOException {
    assertThat(say("GET /v9/everything HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 404")
        .contains("GET /v1/status");
    assertThat(say("DELETE /v1/status HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 404");
    assertThat(say("nonsense\r\n\r\n")).startsWith("HTTP/1.1 404");
  }

  @Test
  void garbageEndsOnlyItsOwnConnection() throws IOException {
    assertThat(say("GET /v1/status HTTP/1.1\r\nContent-Length: -5\r\n\r\n")).isEmpty();
    assertThat(say("GET /v1/status HTTP/1.1\r\nX: " + "y".repeat(HttpExchange.HEAD_BYTES_MAX) + "\r\n\r\n"))
        .isEmpty();
    assertThat(new AdminClient(socket).status(LIMIT)).isPresent();
  }

  @Test
  void silentClientsDoNotKeepOthersOut() throws IOException {
    try (SocketChannel one = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        SocketChannel two = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      one.write(ByteBuffer.wrap("GET /v1/st".getBytes(StandardCharsets.US_ASCII)));
      assertThat(new AdminClient(socket).status(LIMIT)).isPresent();
      assertThat(two.isConnected()).isTrue();
    }
  }

  @Test
  void nobodyThereIsAnEmptyAnswerAndASocketFileOfTheDeadIsReplaced() throws IOException {
    server.close();
    assertThat(new AdminClient(socket).status(LIMIT)).isEmpty();
    Files.createFile(socket);
    serve();
    assertThat(new AdminClient(socket).status(LIMIT)).isPresent();
  }

  /** Sends bytes and reads until the server closes. */
  private String say(String request) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
      channel.shutdownOutput();
      ByteBuffer answer = ByteBuffer.allocate(1 << 16);
      while (channel.read(answer) >= 0) {
        continue;
      }
      return new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
    } catch (IOException reset) {
      return "";
    }
  }
}
