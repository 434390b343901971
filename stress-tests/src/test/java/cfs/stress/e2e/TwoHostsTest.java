package cfs.stress.e2e;

import static cfs.stress.e2e.TwoMounts.append;
import static cfs.stress.e2e.TwoMounts.assertErrno;
import static cfs.stress.e2e.TwoMounts.bytes;
import static cfs.stress.e2e.TwoMounts.readAt;
import static cfs.stress.e2e.TwoMounts.text;
import static cfs.stress.e2e.TwoMounts.wins;
import static cfs.stress.e2e.TwoMounts.write;
import static cfs.stress.e2e.TwoMounts.writeAt;
import static org.assertj.core.api.Assertions.assertThat;

import cfs.stress.cluster.Cluster;
import cfs.stress.load.Problems;
import cfs.stress.load.TreeSnapshot;
import cfs.stress.os.Errno;
import cfs.stress.os.FileStatus;
import cfs.stress.os.Posix;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What one host did and returned from, the other sees at once: no fsync, no waiting, no reopening. Each test looks first from
 * the side that shall see the change, so that it has something stale to show.
 */
@Tag("e2e")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TwoHostsTest {
  private static final int LAST = Integer.MAX_VALUE;

  @RegisterExtension
  static final Cluster CLUSTER = new Cluster("two");

  private TwoMounts mounts;

  @BeforeEach
  void makeDirectory(TestInfo test) throws Exception {
    String name = test.getTestMethod().orElseThrow().getName();
    Files.createDirectories(CLUSTER.mount(1).resolve(name));
    mounts = new TwoMounts(CLUSTER.mount(1).resolve(name), CLUSTER.mount(2).resolve(name));
  }

  @Test
  void writtenFileIsReadAtOnce() throws Exception {
    for (int i = 0; i < 20; i++) {
      assertErrno(Errno.ENOENT, () -> Posix.status(two("f")));
      write(one("f"), "written " + i);
      assertThat(text(two("f"))).isEqualTo("written " + i);
      Posix.unlink(two("f"));
      assertErrno(Errno.ENOENT, () -> Posix.status(one("f")));
    }
  }

  @Test
  void appendedTextIsReadAtOnce() throws Exception {
    write(one("f"), "");
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      expected.append("line ").append(i).append('\n');
      append(i % 2 == 0 ? one("f") : two("f"), "line " + i + "\n");
      assertThat(text(i % 2 == 0 ? two("f") : one("f"))).isEqualTo(expected.toString());
      assertThat(Posix.status(i % 2 == 0 ? two("f") : one("f")).size()).isEqualTo(expected.length());
    }
  }

  @Test
  void renamedFileIsSeenUnderItsNewNameOnly() throws Exception {
    write(one("a"), "content");
    assertThat(text(two("a"))).isEqualTo("content");
    assertErrno(Errno.ENOENT, () -> Posix.status(two("b")));
    Posix.rename(one("a"), one("b"));
    assertErrno(Errno.ENOENT, () -> Posix.status(two("a")));
    assertThat(text(two("b"))).isEqualTo("content");
    assertThat(Posix.list(two())).containsExactly("b");
  }

  @Test
  void renameReplacesWhatTheOtherHostSees() throws Exception {
    write(one("target"), "old");
    int old = Posix.open(two("target"), Posix.O_RDONLY);
    write(one("source"), "new");
    Posix.rename(one("source"), one("target"));
    assertThat(text(two("target"))).isEqualTo("new");
    assertThat(new String(readAt(old, 0, 10), StandardCharsets.UTF_8)).as("the replaced file, still open")
        .isEqualTo("old");
    Posix.close(old);
  }

  @Test
  void directoryMovesWithItsContent() throws Exception {
    Posix.makeDirectory(one("from"));
    Posix.makeDirectory(one("to"));
    Posix.makeDirectory(one("from").resolve("moved"));
    write(one("from").resolve("moved").resolve("f"), "inside");
    assertThat(text(two("from").resolve("moved").resolve("f"))).isEqualTo("inside");
    Posix.rename(one("from").resolve("moved"), one("to").resolve("moved"));
    assertThat(text(two("to").resolve("moved").resolve("f"))).isEqualTo("inside");
    assertErrno(Errno.ENOENT, () -> Posix.status(two("from").resolve("moved")));
    assertThat(Posix.status(two("from")).links()).isEqualTo(2);
    assertThat(Posix.status(two("to")).links()).isEqualTo(3);
  }

  @Test
  void directoryIsMadeAndRemovedForBoth() throws Exception {
    assertThat(Posix.list(two())).isEmpty();
    Posix.makeDirectory(one("d"));
    assertThat(Posix.status(two("d")).isDirectory()).isTrue();
    write(two("d").resolve("f"), "x");
    assertErrno(Errno.ENOTEMPTY, () -> Posix.removeDirectory(one("d")));
    Posix.unlink(one("d").resolve("f"));
    Posix.removeDirectory(two("d"));
    assertErrno(Errno.ENOENT, () -> Posix.status(one("d")));
    assertErrno(Errno.ENOENT, () -> write(one("d").resolve("f"), "x"));
  }

  @Test
  void manyNamesAreListedTheSame() throws Exception {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      String name = "a-rather-long-name-of-a-file-" + i;
      Posix.close(Posix.open((i % 2 == 0 ? one() : two()).resolve(name), Posix.O_CREAT | Posix.O_WRONLY));
      names.add(name);
    }
    assertThat(Posix.list(one())).containsExactlyInAnyOrderElementsOf(names);
    assertThat(Posix.list(two())).containsExactlyInAnyOrderElementsOf(names);
    for (int i = 0; i < 500; i += 2) {
      Posix.unlink(two(names.get(i)));
    }
    assertThat(Posix.list(one())).hasSize(250);
  }

  @Test
  void linksAreSeen() throws Exception {
    write(one("f"), "shared");
    assertThat(Posix.status(two("f")).links()).isEqualTo(1);
    Posix.link(one("f"), one("hard"));
    Posix.symlink("f", one("soft"));
    assertThat(Posix.status(two("f")).links()).isEqualTo(2);
    assertThat(Posix.status(two("hard")).inode()).isEqualTo(Posix.status(one("f")).inode());
    assertThat(Posix.readLink(two("soft"))).isEqualTo("f");
    append(two("hard"), " by two");
    assertThat(text(one("soft"))).isEqualTo("shared by two");
    Posix.unlink(two("f"));
    assertThat(Posix.status(one("hard")).links()).isEqualTo(1);
    assertThat(text(one("hard"))).isEqualTo("shared by two");
  }

  @Test
  void attributesAreSeen() throws Exception {
    write(one("f"), "x");
    assertThat(Posix.attributes(two("f"))).isEmpty();
    Posix.setAttribute(one("f"), "user.colour", "red".getBytes(StandardCharsets.UTF_8));
    assertThat(Posix.attribute(two("f"), "user.colour")).asString().isEqualTo("red");
    Posix.setAttribute(two("f"), "user.colour", "blue".getBytes(StandardCharsets.UTF_8));
    Posix.setAttribute(two("f"), "user.long", new byte[1500]);
    assertThat(Posix.attribute(one("f"), "user.colour")).asString().isEqualTo("blue");
    assertThat(Posix.attributes(one("f"))).containsExactly("user.colour", "user.long");
    Posix.removeAttribute(one("f"), "user.colour");
    assertErrno(Errno.ENODATA, () -> Posix.attribute(two("f"), "user.colour"));
    assertThat(Posix.attribute(two("f"), "user.long")).hasSize(1500);
  }

  @Test
  void modeOwnerAndTimesAreSeen() throws Exception {
    write(one("f"), "x");
    assertThat(Posix.status(two("f")).permissions()).isEqualTo(0644);
    Posix.changeMode(one("f"), 0751);
    Posix.changeOwner(one("f"), 1234, 4321);
    assertThat(Posix.status(two("f")).permissions()).isEqualTo(0751);
    assertThat(Posix.status(two("f")).uid()).isEqualTo(1234);
    assertThat(Posix.status(two("f")).gid()).isEqualTo(4321);
    Files.setLastModifiedTime(one("f"), java.nio.file.attribute.FileTime.fromMillis(1_000_000_123L));
    assertThat(Posix.status(two("f")).modifyNanos()).isEqualTo(1_000_000_123_000_000L);
    append(two("f"), "y");
    assertThat(Posix.status(one("f"))).isEqualTo(Posix.status(two("f")));
    assertThat(Posix.status(one("f")).modifyNanos()).isGreaterThan(1_000_000_123_000_000L);
  }

  @Test
  void truncatedFileLosesItsEndForBoth() throws Exception {
    byte[] content = noise(300_000);
    write(one("f"), content);
    assertThat(bytes(two("f"))).isEqualTo(content);
    Posix.truncate(one("f"), 100_001);
    assertThat(bytes(two("f"))).isEqualTo(Arrays.copyOf(content, 100_001));
    Posix.truncate(two("f"), 200_000);
    assertThat(bytes(one("f"))).as("what was cut off reads as zeroes")
        .isEqualTo(Arrays.copyOf(Arrays.copyOf(content, 100_001), 200_000));
    write(one("f"), "");
    assertThat(Posix.status(two("f")).size()).isZero();
  }

  @Test
  void sparseFileStaysSparse() throws Exception {
    long far = 1L << 30;
    int fd = Posix.open(one("f"), Posix.O_RDWR | Posix.O_CREAT);
    writeAt(fd, 0, noise(4096));
    writeAt(fd, far, noise(4096));
    FileStatus seen = Posix.status(two("f"));
    assertThat(seen.size()).isEqualTo(far + 4096);
    assertThat(seen.blocks() * 512).isLessThan(4 << 20);
    int other = Posix.open(two("f"), Posix.O_RDONLY);
    assertThat(readAt(other, far / 2, 8192)).containsOnly(0);
    assertThat(readAt(other, far, 4096)).isEqualTo(noise(4096));
    Posix.allocate(fd, Posix.FALLOC_PUNCH_HOLE | Posix.FALLOC_KEEP_SIZE, far, 4096);
    assertThat(readAt(other, far, 4096)).hasSize(4096).containsOnly(0);
    long hole = Posix.seek(other, 0, Posix.SEEK_HOLE);
    assertThat(hole).isBetween(4096L, 1L << 20);
    assertErrno(6, () -> Posix.seek(other, far, Posix.SEEK_DATA));
    Posix.close(fd);
    Posix.close(other);
  }

  @Test
  void largeFilesAreWholeBothWays() throws Exception {
    for (int size : new int[]{1 << 20, (9 << 20) + 12_345}) {
      byte[] content = noise(size);
      write(one("f"), content);
      assertThat(Arrays.equals(bytes(two("f")), content)).as("%d bytes read by host2", size).isTrue();
      byte[] other = new byte[size];
      new Random(size + 1).nextBytes(other);
      int fd = Posix.open(two("f"), Posix.O_WRONLY);
      writeAt(fd, 0, other);
      Posix.close(fd);
      assertThat(Arrays.equals(bytes(one("f")), other)).as("%d bytes overwritten by host2", size).isTrue();
    }
  }

  @Test
  void openDescriptorSeesOverwrittenContent() throws Exception {
    write(one("f"), noise(64 << 10));
    int writer = Posix.open(one("f"), Posix.O_RDWR);
    int reader = Posix.open(two("f"), Posix.O_RDWR);
    for (int i = 0; i < 50; i++) {
      byte[] there = ("by one, number " + i).getBytes(StandardCharsets.UTF_8);
      writeAt(writer, i * 1000, there);
      assertThat(readAt(reader, i * 1000, there.length)).isEqualTo(there);
      byte[] back = ("by two, number " + i).getBytes(StandardCharsets.UTF_8);
      writeAt(reader, i * 1000, back);
      assertThat(readAt(writer, i * 1000, back.length)).isEqualTo(back);
    }
    Posix.truncate(writer, 10);
    assertThat(readAt(reader, 0, 100)).hasSize(10);
    Posix.close(writer);
    Posix.close(reader);
  }

  @Test
  void directAndBufferedIoSeeEachOther() throws Exception {
    write(one("f"), noise(128 << 10));
    int direct = Posix.open(one("f"), Posix.O_RDWR | Posix.O_DIRECT);
    int buffered = Posix.open(two("f"), Posix.O_RDWR);
    for (int i = 0; i < 20; i++) {
      byte[] block = new byte[4096];
      Arrays.fill(block, (byte) (i + 1));
      writeAt(direct, i * 4096L, block);
      assertThat(readAt(buffered, i * 4096L, 4096)).isEqualTo(block);
      Arrays.fill(block, (byte) (100 + i));
      writeAt(buffered, i * 4096L, block);
      assertThat(readAt(direct, i * 4096L, 4096)).isEqualTo(block);
    }
    Posix.close(direct);
    Posix.close(buffered);
  }

  @Test
  void appendsOfBothHostsLoseNothing() throws Exception {
    write(one("log"), "");
    int each = 150;
    mounts.race(2, (mount, number) -> {
      int fd = Posix.open(mount.resolve("log"), Posix.O_WRONLY | Posix.O_APPEND);
      for (int i = 0; i < each; i++) {
        writeAt(fd, 0,
            ("<" + number + ":" + i + "x".repeat(i % 50) + ">\n").getBytes(StandardCharsets.UTF_8));
      }
      Posix.close(fd);
      return null;
    });
    assertThat(text(one("log"))).isEqualTo(text(two("log")));
    List<String> lines = text(one("log")).lines().toList();
    assertThat(lines).hasSize(4 * each).allMatch(line -> line.matches("<\\d:\\d+x*>"));
    for (int number = 0; number < 4; number++) {
      String start = "<" + number + ":";
      assertThat(lines.stream().filter(line -> line.startsWith(start))
          .map(line -> line.substring(3).replaceAll("[x>]", "")).map(Integer::valueOf).toList())
          .as("records of writer %d, in its order", number)
          .isEqualTo(java.util.stream.IntStream.range(0, each).boxed().toList());
    }
  }

  @Test
  void exclusiveCreateHasOneWinner() throws Exception {
    List<List<Boolean>> wins = mounts.race(2, (mount, number) -> {
      List<Boolean> mine = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        Path path = mount.resolve("lock" + i);
        mine.add(wins(Errno.EEXIST,
            () -> Posix.close(Posix.open(path, Posix.O_WRONLY | Posix.O_CREAT | Posix.O_EXCL))));
      }
      return mine;
    });
    assertOneWinnerEach(wins);
    assertThat(Posix.list(two())).hasSize(100);
  }

  @Test
  void makeDirectoryHasOneWinner() throws Exception {
    assertOneWinnerEach(mounts.race(2, (mount, number) -> {
      List<Boolean> mine = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        Path path = mount.resolve("d" + i);
        mine.add(wins(Errno.EEXIST, () -> Posix.makeDirectory(path)));
      }
      return mine;
    }));
    assertThat(Posix.status(mounts.two()).links()).isEqualTo(62);
  }

  @Test
  void renameAndUnlinkRacesHaveOneWinner() throws Exception {
    for (int i = 0; i < 60; i++) {
      write((i % 2 == 0 ? one() : two()).resolve("moved" + i), "x");
      write((i % 2 == 0 ? two() : one()).resolve("removed" + i), "x");
    }
    assertOneWinnerEach(mounts.race(2, (mount, number) -> {
      List<Boolean> mine = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        Path moved = mount.resolve("moved" + i);
        Path target = mount.resolve("to" + i + "-" + number);
        Path removed = mount.resolve("removed" + i);
        mine.add(wins(Errno.ENOENT, () -> Posix.rename(moved, target)));
        mine.add(wins(Errno.ENOENT, () -> Posix.unlink(removed)));
      }
      return mine;
    }));
    assertThat(Posix.list(one())).hasSize(60).allMatch(name -> name.startsWith("to"));
    assertThat(new TreeSet<>(Posix.list(two()))).isEqualTo(new TreeSet<>(Posix.list(one())));
  }

  @Test
  void linkRaceHasOneWinner() throws Exception {
    write(one("f"), "x");
    assertOneWinnerEach(mounts.race(2, (mount, number) -> {
      List<Boolean> mine = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        Path fresh = mount.resolve("l" + i);
        mine.add(wins(Errno.EEXIST, () -> Posix.link(mount.resolve("f"), fresh)));
      }
      return mine;
    }));
    assertThat(Posix.status(two("f")).links()).isEqualTo(51);
    assertThat(Posix.status(one("f")).links()).isEqualTo(51);
  }

  @Test
  void removedFileStaysWholeWhileOpenOnTheOtherHost() throws Exception {
    byte[] content = noise(200_000);
    write(one("f"), content);
    int opened = Posix.open(one("f"), Posix.O_RDWR);
    Posix.unlink(two("f"));
    assertErrno(Errno.ENOENT, () -> Posix.status(one("f")));
    // Whatever is freed too early would now be given to this file.
    write(two("other"), noise(400_000));
    assertThat(readAt(opened, 0, content.length)).isEqualTo(content);
    assertThat(Posix.status(opened).links()).isZero();
    writeAt(opened, 100, "still writable".getBytes(StandardCharsets.UTF_8));
    assertThat(readAt(opened, 100, 14)).asString().isEqualTo("still writable");
    Posix.sync(opened);
    Posix.close(opened);
    assertThat(bytes(one("other"))).isEqualTo(noise(400_000));
  }

  @Test
  void spaceOfARemovedFileComesBackWhenTheLastHostClosesIt() throws Exception {
    write(one("f"), noise(8 << 20));
    int first = Posix.open(one("f"), Posix.O_RDONLY);
    int second = Posix.open(two("f"), Posix.O_RDONLY);
    Posix.unlink(one("f"));
    Posix.close(first);
    assertThat(readAt(second, 7 << 20, 4096)).hasSize(4096);
    long before = Files.getFileStore(CLUSTER.mount(1)).getUnallocatedSpace();
    Posix.close(second);
    // close(2) returns before the file system is told of the last close (FUSE RELEASE), so the space comes soon, not at once.
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (freeBytes() - before < 7 << 20 && System.nanoTime() < deadline) {
      Thread.sleep(50);
    }
    assertThat(freeBytes() - before).isGreaterThanOrEqualTo(7 << 20);
  }

  @Test
  void bothHostsShowTheSameSpace() throws Exception {
    write(one("f"), noise(4 << 20));
    int fd = Posix.open(two("f"), Posix.O_RDONLY);
    Posix.sync(fd);
    Posix.close(fd);
    assertThat(Files.getFileStore(CLUSTER.mount(2)).getTotalSpace())
        .isEqualTo(Files.getFileStore(CLUSTER.mount(1)).getTotalSpace());
  }

  @Test
  @Order(LAST)
  @Timeout(value = 400, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void restartKeepsEverything() throws Exception {
    TreeSnapshot before = TreeSnapshot.of(CLUSTER.mount(1));
    Problems problems = new Problems();
    before.checkLinkCounts(problems);
    before.compare("host1", TreeSnapshot.of(CLUSTER.mount(2)), "host2", problems);
    CLUSTER.down();
    CLUSTER.fsck();
    CLUSTER.up();
    before.compare("before", TreeSnapshot.of(CLUSTER.mount(1)), "after the restart", problems);
    before.compare("before", TreeSnapshot.of(CLUSTER.mount(2)), "on host2 after the restart", problems);
    assertThat(problems.none()).as(problems.toString()).isTrue();
    assertThat(before.size()).isGreaterThan(300);
  }

  private static long freeBytes() throws Exception {
    return Files.getFileStore(CLUSTER.mount(1)).getUnallocatedSpace();
  }

  private static void assertOneWinnerEach(List<List<Boolean>> wins) {
    int rounds = wins.getFirst().size();
    for (int i = 0; i < rounds; i++) {
      int round = i;
      assertThat(wins.stream().filter(mine -> mine.get(round)).count()).as("winners of round %d", i)
          .isEqualTo(1);
    }
  }

  private static byte[] noise(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private Path one() {
    return mounts.one();
  }

  private Path two() {
    return mounts.two();
  }

  private Path one(String name) {
    return mounts.one().resolve(name);
  }

  private Path two(String name) {
    return mounts.two().resolve(name);
  }
}
