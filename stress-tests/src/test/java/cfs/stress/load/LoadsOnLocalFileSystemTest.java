package cfs.stress.load;

import static org.assertj.core.api.Assertions.assertThat;

import cfs.stress.os.Posix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The loads and checkers against the machine's own file system: they accept what is right and see what is wrong. */
class LoadsOnLocalFileSystemTest {
  private static final List<String> DIRECTORIES = List.of("a", "b");

  @TempDir(cleanup = CleanupMode.ALWAYS)
  Path root;

  private final Problems problems = new Problems();

  @BeforeEach
  void makeDirectories() throws Exception {
    for (String directory : DIRECTORIES) {
      Files.createDirectory(root.resolve(directory));
    }
  }

  @Test
  void mixedLoadFindsNothingWrong() throws Exception {
    MixedLoad.prepare(root);
    MixedLoad load = new MixedLoad(List.of(root, root), 2, 42, problems);
    load.run(Duration.ofMillis(1500));
    assertThat(problems.none()).as(problems.toString()).isTrue();
    assertThat(load.succeeded()).isGreaterThan(500);
    TreeSnapshot tree = TreeSnapshot.of(root);
    tree.checkLinkCounts(problems);
    tree.compare("first", TreeSnapshot.of(root), "second", problems);
    assertThat(problems.none()).as(problems.toString()).isTrue();
  }

  @Test
  void durableLoadFindsEverything() throws Exception {
    DurableLoad load = runDurableLoad();
    load.check(root);
    assertThat(problems.none()).as(problems.toString()).isTrue();
    assertThat(load.promisedFiles()).isGreaterThan(10);
  }

  @Test
  void lostFileIsSeen() throws Exception {
    DurableLoad load = runDurableLoad();
    Files.delete(somePromised("f"));
    load.check(root);
    assertThat(problems.toString()).contains("1 problems").contains("missing");
  }

  @Test
  void damagedFileIsSeen() throws Exception {
    DurableLoad load = runDurableLoad();
    Path file = somePromised("f");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    load.check(root);
    assertThat(problems.toString()).contains("1 problems").contains("wrong byte at " + bytes.length / 2);
  }

  @Test
  void shortLogIsSeen() throws Exception {
    DurableLoad load = runDurableLoad();
    Path log = somePromised("log");
    Posix.truncate(log, Files.size(log) - 1);
    load.check(root);
    assertThat(problems.toString()).contains("1 problems").contains("size");
  }

  @Test
  void staleBlockIsSeen() throws Exception {
    DurableLoad load = runDurableLoad();
    Path file = somePromised("blocks");
    byte[] bytes = Files.readAllBytes(file);
    int last = bytes.length - 1;
    bytes[last] ^= 1;
    Files.write(file, bytes);
    load.check(root);
    assertThat(problems.toString()).contains("1 problems").contains("none of the generations");
  }

  @Test
  void foreignNameIsSeen() throws Exception {
    DurableLoad load = runDurableLoad();
    Files.createFile(root.resolve("a").resolve("h1t0-f999999"));
    load.check(root);
    assertThat(problems.toString()).contains("1 problems").contains("never made or durably removed");
  }

  @Test
  void wordOfAnotherOffsetIsSeen() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(64);
      MarkedWords.fill(bytes, 4096, 7, false);
      assertThat(MarkedWords.foreign(bytes, 4096)).isEmpty();
      assertThat(MarkedWords.foreign(bytes, 8192)).contains("written for offset 4096");
      bytes.set(java.lang.foreign.ValueLayout.JAVA_LONG, 0, 12345L);
      assertThat(MarkedWords.foreign(bytes, 4096)).contains("written by nobody");
    }
  }

  @Test
  void changedTreeIsSeen() throws Exception {
    Files.writeString(root.resolve("a/x"), "one");
    TreeSnapshot before = TreeSnapshot.of(root);
    Files.writeString(root.resolve("a/x"), "two");
    before.compare("before", TreeSnapshot.of(root), "after", problems);
    assertThat(problems.toString()).contains("/a/x differs");
  }

  private DurableLoad runDurableLoad() throws Exception {
    DurableLoad load = new DurableLoad("h1", root, DIRECTORIES, 2, 7, new DurableLoad.Exchange(), problems);
    load.start();
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (load.steps() < 120 && System.nanoTime() < deadline && problems.none()) {
      Thread.sleep(5);
    }
    load.stop();
    assertThat(problems.none()).as(problems.toString()).isTrue();
    return load;
  }

  private Path somePromised(String kind) throws Exception {
    for (String directory : DIRECTORIES) {
      for (String name : Posix.list(root.resolve(directory))) {
        if (name.startsWith("h1t0-" + kind) && Files.size(root.resolve(directory).resolve(name)) > 1) {
          return root.resolve(directory).resolve(name);
        }
      }
    }
    throw new AssertionError("the load made no " + kind);
  }
}
