package cfs.coordinator.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cfs.error.FsError;
import cfs.error.FsException;
import cfs.net.adapter.NetException;
import cfs.port.Coordinator.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CoordinatorServerTest {
  @TempDir
  Path temp;

  @Test
  void restartKeepsWhatWasWritten() throws Exception {
    for (int run = 0; run < 3; run++) {
      try (CoordinatorServer server = CoordinatorServer.start(loopback(0), temp);
          TestCoordinator host = TestCoordinator.connected(server.address())) {
        assertThat(host.read("/view")).isEqualTo(run == 0 ? "absent" : "run" + (run - 1) + "@" + (run - 1));
        assertThat(host.set("/view", run - 1, "run" + run)).isEqualTo(Outcome.DONE);
      }
    }
  }

  @Test
  void takenPortIsNamedAndLeavesNothingBehind() throws IOException {
    try (ServerSocket taken = new ServerSocket()) {
      taken.bind(loopback(0));
      assertThatThrownBy(() -> CoordinatorServer.start(loopback(taken.getLocalPort()), temp))
          .isInstanceOfSatisfying(NetException.class, e -> assertThat(e.error()).isEqualTo(FsError.BUSY))
          .hasMessageContaining("the coordinator cannot listen on").hasMessageContaining("" + taken.getLocalPort())
          .hasMessageContaining("in use");
    }
    CoordinatorServer.start(loopback(0), temp).close();
  }

  @Test
  void secondServerOnTheSameDirectoryIsRefused() {
    try (CoordinatorServer first = CoordinatorServer.start(loopback(0), temp)) {
      assertThatThrownBy(() -> CoordinatorServer.start(loopback(0), temp)).isInstanceOf(FsException.class)
          .hasMessage("another coordinator runs on " + temp);
      assertThat(first.ended()).isNotDone();
    }
  }

  @Test
  void closeEndsIt() throws Exception {
    CoordinatorServer server = CoordinatorServer.start(loopback(0), temp);
    InetSocketAddress address = server.address();
    server.close();
    server.ended().get(10, TimeUnit.SECONDS);
    try (ServerSocket free = new ServerSocket()) {
      free.setReuseAddress(true);
      free.bind(address);
      assertThat(free.isBound()).isTrue();
    }
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }
}
