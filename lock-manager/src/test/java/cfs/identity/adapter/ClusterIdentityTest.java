package cfs.identity.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cfs.error.FsError;
import cfs.error.FsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterIdentityTest {
  private static final UUID CLUSTER = new UUID(1, 2);

  @TempDir
  Path temp;

  @Test
  void loadsWhatItCreated() {
    Path dir = temp.resolve("identity");
    ClusterIdentity.create(dir, CLUSTER).issueHost(7);
    assertThat(ClusterIdentity.load(dir).cluster()).isEqualTo(CLUSTER);
    HostIdentity host = HostIdentity.load(dir, 7);
    assertThat(host.hostId()).isEqualTo(7);
    assertThat(host.expiry()).isAfter(Instant.now().plus(Duration.ofDays(365)));
  }

  @Test
  void loadedAuthorityIssuesHostsOfTheSameCluster() {
    Path dir = temp.resolve("identity");
    ClusterIdentity.create(dir, CLUSTER);
    ClusterIdentity.load(dir).issueHost(3).save(temp.resolve("host3"));
    assertThat(HostIdentity.load(temp.resolve("host3"), 3).hostId()).isEqualTo(3);
    assertThat(temp.resolve("host3/ca.key")).doesNotExist();
  }

  @Test
  void filesAreOnlyForTheirOwner() throws IOException {
    Path dir = temp.resolve("identity");
    ClusterIdentity.create(dir, CLUSTER).issueHost(1);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir))).isEqualTo("rwx------");
    try (Stream<Path> files = Files.list(dir)) {
      assertThat(files).hasSize(4)
          .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
              .isEqualTo("rw-------"));
    }
  }

  @Test
  void keyThatOthersCanReadIsRefused() throws IOException {
    ClusterIdentity.create(temp, CLUSTER).issueHost(1);
    Files.setPosixFilePermissions(temp.resolve("host-1.key"), PosixFilePermissions.fromString("rw-r--r--"));
    assertRefused(() -> HostIdentity.load(temp, 1), FsError.ACCESS, "host-1.key");
  }

  @Test
  void secondCreateKeepsTheFirst() throws IOException {
    ClusterIdentity.create(temp, CLUSTER);
    String key = Files.readString(temp.resolve("ca.key"));
    assertRefused(() -> ClusterIdentity.create(temp, CLUSTER), FsError.EXISTS, "already");
    assertThat(temp.resolve("ca.key")).hasContent(key);
  }

  @Test
  void keyOfAnotherHostIsRefused() throws IOException {
    ClusterIdentity cluster = ClusterIdentity.create(temp, CLUSTER);
    cluster.issueHost(1);
    cluster.issueHost(2);
    Files.copy(temp.resolve("host-2.key"), temp.resolve("host-1.key"), StandardCopyOption.REPLACE_EXISTING);
    assertRefused(() -> HostIdentity.load(temp, 1), FsError.INVALID, "not the key");
  }

  @Test
  void certificateOfAnotherHostIsRefused() throws IOException {
    ClusterIdentity cluster = ClusterIdentity.create(temp, CLUSTER);
    cluster.issueHost(1);
    cluster.issueHost(2);
    Files.copy(temp.resolve("host-2.crt"), temp.resolve("host-1.crt"), StandardCopyOption.REPLACE_EXISTING);
    assertRefused(() -> HostIdentity.load(temp, 1), FsError.INVALID, "not issued to host 1");
  }

  @Test
  void certificateOfAnotherClusterIsRefused() throws IOException {
    ClusterIdentity.create(temp, CLUSTER).issueHost(1);
    Path other = temp.resolve("other");
    ClusterIdentity.create(other, CLUSTER);
    Files.copy(other.resolve("ca.crt"), temp.resolve("ca.crt"), StandardCopyOption.REPLACE_EXISTING);
    assertRefused(() -> HostIdentity.load(temp, 1), FsError.INVALID, "not issued by the authority");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "-----BEGIN PRIVATE KEY-----\n", "junk"})
  void damagedKeyIsRefusedWithItsName(String content) throws IOException {
    ClusterIdentity.create(temp, CLUSTER).issueHost(1);
    Files.writeString(temp.resolve("host-1.key"), content);
    assertRefused(() -> HostIdentity.load(temp, 1), FsError.INVALID, "host-1.key");
  }

  @Test
  void missingIdentityIsNamed() {
    assertRefused(() -> HostIdentity.load(temp, 9), FsError.NO_ENTRY, "host-9.key");
  }

  @ParameterizedTest
  @ValueSource(strings = {"cfs-host-01", "cfs-host-", "cfs-host--1", "cfs-host-1x", "xcfs-host-1", "cfs-host-1000000000",
      "CFS-HOST-1", "cfs-ca", "cfs-host-1 "})
  void onlyOneSpellingNamesAHost(String commonName) throws Exception {
    ClusterIdentity cluster = ClusterIdentity.create(temp, CLUSTER);
    TestIdentities.named(cluster, commonName.replace(" ", "\\ "), 1).save(temp);
    assertThat(HostName.hostId(Pem.certificate(temp.resolve("host-1.crt")))).isEmpty();
  }

  @Test
  void twoNamesNameNoHost() throws Exception {
    ClusterIdentity cluster = ClusterIdentity.create(temp, CLUSTER);
    TestIdentities.named(cluster, "cfs-host-1,CN=cfs-host-2", 1).save(temp);
    assertThat(HostName.hostId(Pem.certificate(temp.resolve("host-1.crt")))).isEmpty();
  }

  private static void assertRefused(Runnable call, FsError error, String named) {
    assertThatThrownBy(call::run).isInstanceOfSatisfying(FsException.class, refusal -> {
      assertThat(refusal.error()).isEqualTo(error);
      assertThat(refusal).hasMessageContaining(named);
    });
  }
}
