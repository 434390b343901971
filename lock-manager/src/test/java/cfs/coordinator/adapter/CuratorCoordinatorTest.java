package cfs.coordinator.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import cfs.port.Coordinator.Outcome;
import cfs.port.Coordinator.Session;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The Coordinator port against a real ZooKeeper server. */
@Timeout(120)
class CuratorCoordinatorTest {
  @TempDir
  Path temp;

  private CoordinatorServer server;

  @BeforeEach
  void startServer() {
    server = CoordinatorServer.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), temp);
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  @Test
  void writesOnlyOverTheVersionThatWasRead() throws Exception {
    try (TestCoordinator one = TestCoordinator.connected(server.address())) {
      assertThat(one.read("/view")).isEqualTo("absent");
      assertThat(one.set("/view", 0, "x")).isEqualTo(Outcome.CONFLICT);
      assertThat(one.set("/view", -1, "a")).isEqualTo(Outcome.DONE);
      assertThat(one.set("/view", -1, "b")).isEqualTo(Outcome.CONFLICT);
      assertThat(one.read("/view")).isEqualTo("a@0");
      assertThat(one.set("/view", 0, "b")).isEqualTo(Outcome.DONE);
      assertThat(one.set("/view", 0, "c")).isEqualTo(Outcome.CONFLICT);
      assertThat(one.read("/view")).isEqualTo("b@1");
    }
  }

  @Test
  void hostsSeeEachOthersWritesAndClustersDoNot() throws Exception {
    try (TestCoordinator one = TestCoordinator.connected(server.address());
        TestCoordinator two = TestCoordinator.connected(server.address());
        TestCoordinator other = new TestCoordinator(server.address(), new UUID(6, 6))) {
      assertThat(other.session()).isEqualTo(Session.CONNECTED);
      assertThat(one.set("/deep/path/value", -1, "a")).isEqualTo(Outcome.DONE);
      assertThat(two.read("/deep/path/value")).isEqualTo("a@0");
      assertThat(two.hears("/deep/path/value")).isTrue();
      assertThat(other.read("/deep/path/value")).isEqualTo("absent");
      assertThat(other.changes).allMatch(path -> path.equals("/"));
    }
  }

  @Test
  void childrenComeWithTheirValues() throws Exception {
    try (TestCoordinator one = TestCoordinator.connected(server.address())) {
      assertThat(one.children("/hosts").orElseThrow()).isEmpty();
      one.set("/hosts/1", -1, "a");
      one.announce("/hosts/2", "b");
      assertThat(one.children("/hosts").orElseThrow()).hasSize(2).containsEntry("1", new byte[] {'a'})
          .containsEntry("2", new byte[] {'b'});
      assertThat(one.children("/hosts/1").orElseThrow()).isEmpty();
    }
  }

  @Test
  void announcedValueGoesWithItsHost() throws Exception {
    try (TestCoordinator one = TestCoordinator.connected(server.address())) {
      try (TestCoordinator two = TestCoordinator.connected(server.address())) {
        assertThat(two.announce("/live/2", "two")).isEqualTo(Outcome.DONE);
        assertThat(two.announce("/live/2", "again")).isEqualTo(Outcome.DONE);
        assertThat(one.announce("/live/2", "mine")).isEqualTo(Outcome.CONFLICT);
        assertThat(one.read("/live/2")).isEqualTo("again@1");
        assertThat(one.hears("/live/2")).isTrue();
        one.changes.clear();
      }
      assertThat(one.hears("/live/2")).isTrue();
      assertThat(one.read("/live/2")).isEqualTo("absent");
    }
  }

  @Test
  void persistentValueIsNotAnnouncedOver() throws Exception {
    try (TestCoordinator one = TestCoordinator.connected(server.address())) {
      assertThat(one.set("/live/2", -1, "persistent")).isEqualTo(Outcome.DONE);
      assertThat(one.announce("/live/2", "mine")).isEqualTo(Outcome.CONFLICT);
    }
  }

  @Test
  void sessionKilledByTheServerIsLostAndItsValuesAreGone() throws Exception {
    try (TestCoordinator one = TestCoordinator.connected(server.address());
        TestCoordinator watching = TestCoordinator.connected(server.address())) {
      assertThat(one.announce("/live/1", "one")).isEqualTo(Outcome.DONE);
      kill(one.port.session());
      while (one.session() != Session.LOST) {
        assertThat(one.sessions.size()).isLessThan(10);
      }
      assertThat(watching.read("/live/1")).isEqualTo("absent");
      assertThat(one.session()).isEqualTo(Session.CONNECTED);
      assertThat(one.announce("/live/1", "anew")).isEqualTo(Outcome.DONE);
      assertThat(watching.read("/live/1")).isEqualTo("anew@0");
      one.changes.clear();
      watching.set("/view", -1, "v");
      assertThat(one.hears("/view")).as("the new session watches too").isTrue();
    }
  }

  @Test
  void negotiatedTimeoutIsTold() throws Exception {
    try (TestCoordinator one = TestCoordinator.connected(server.address())) {
      assertThat(one.port.sessionTimeoutNanos())
          .isEqualTo(TimeUnit.MILLISECONDS.toNanos(one.port.session().getSessionTimeout()))
          .isEqualTo(TimeUnit.MILLISECONDS.toNanos(TestCoordinator.SESSION_MILLIS));
    }
  }

  @Test
  void shortOutageKeepsTheSession() throws Exception {
    try (TestCoordinator one = TestCoordinator.connected(server.address())) {
      assertThat(one.announce("/live/1", "one")).isEqualTo(Outcome.DONE);
      assertThat(one.set("/view", -1, "kept")).isEqualTo(Outcome.DONE);
      restart(() -> assertThat(one.session()).isEqualTo(Session.SUSPENDED));
      assertThat(one.session()).isEqualTo(Session.CONNECTED);
      assertThat(one.read("/live/1")).isEqualTo("one@0");
      assertThat(one.read("/view")).isEqualTo("kept@0");
    }
  }

  @Test
  void longOutageLosesTheSessionThoughTheServerIsSilent() throws Exception {
    try (TestCoordinator one = TestCoordinator.connected(server.address())) {
      assertThat(one.announce("/live/1", "one")).isEqualTo(Outcome.DONE);
      restart(() -> {
        assertThat(one.session()).isEqualTo(Session.SUSPENDED);
        assertThat(one.set("/view", -1, "unseen")).isEqualTo(Outcome.UNKNOWN);
        assertThat(one.read("/view")).isEqualTo("unreachable");
        assertThat(one.children("/live")).isEmpty();
        assertThat(one.session()).isEqualTo(Session.LOST);
      });
      assertThat(one.session()).isEqualTo(Session.CONNECTED);
      // The old session is never used again: its value stays in the way until the server lets it expire.
      Outcome outcome = one.announce("/live/1", "anew");
      while (outcome == Outcome.CONFLICT) {
        one.hears("/live/1");
        outcome = one.announce("/live/1", "anew");
      }
      assertThat(outcome).isEqualTo(Outcome.DONE);
      assertThat(one.read("/live/1")).isEqualTo("anew@0");
      one.changes.clear();
      assertThat(one.set("/view", -1, "v")).isEqualTo(Outcome.DONE);
      assertThat(one.hears("/view")).isTrue();
    }
  }

  /** Stops the server, does something, and starts it again on the same port and data. */
  private void restart(ThrowingRunnable whileDown) throws Exception {
    InetSocketAddress address = server.address();
    server.close();
    try {
      whileDown.run();
    } finally {
      server = CoordinatorServer.start(address, temp);
    }
  }

  private interface ThrowingRunnable {
    void run() throws Exception;
  }

  /** Ends a session behind its owner's back, by taking it over and closing it. */
  private void kill(ZooKeeper victim) throws Exception {
    CountDownLatch connected = new CountDownLatch(1);
    try (ZooKeeper thief = new ZooKeeper("127.0.0.1:" + server.address().getPort(), 2_000, event -> {
      if (event.getState() == KeeperState.SyncConnected) {
        connected.countDown();
      }
    }, victim.getSessionId(), victim.getSessionPasswd())) {
      assertThat(connected.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }
}
