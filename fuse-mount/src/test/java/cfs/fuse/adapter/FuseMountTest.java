package cfs.fuse.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What programs do with files, through the kernel. */
class FuseMountTest extends MountedTest {
  @Test
  void mountTableShowsTypeAndVolume() throws Exception {
    String line = Files.readAllLines(Path.of("/proc/mounts")).stream().filter(l -> l.contains("volume1"))
        .findFirst()
        .orElseThrow();

    assertThat(line).contains(" fuse.cfs ").contains("default_permissions").contains("allow_other")
        .contains("max_read=1048576");
  }

  @Test
  void writtenIsReadAndAppendAppends() throws Exception {
    Path file = root.resolve("file");
    Files.writeString(file, "one\n");
    Files.writeString(file, "two\n", APPEND);
    Shell.sh(root, "echo three >> file");

    assertThat(Files.readString(file)).isEqualTo("one\ntwo\nthree\n");
    assertThat(Files.size(file)).isEqualTo(14);
    Files.writeString(file, "new");
    assertThat(Files.readString(file)).as("O_TRUNC").isEqualTo("new");
  }

  @Test
  void megabytesKeepTheirContent() throws Exception {
    byte[] content = new byte[3 * 1024 * 1024 + 12345];
    new Random(7).nextBytes(content);
    Path file = root.resolve("large");
    Files.write(file, content);

    assertThat(Files.readAllBytes(file)).isEqualTo(content);
    try (FileChannel channel = FileChannel.open(file, READ)) {
      ByteBuffer odd = ByteBuffer.allocateDirect(70_001);
      assertThat(channel.read(odd, 1_048_571)).isEqualTo(70_001);
      byte[] found = new byte[70_001];
      odd.flip().get(found);
      assertThat(found).isEqualTo(java.util.Arrays.copyOfRange(content, 1_048_571, 1_048_571 + 70_001));
    }
  }

  @Test
  void truncationShrinksAndGrowsWithZeroes() throws Exception {
    Path file = root.resolve("file");
    Files.writeString(file, "0123456789");
    try (FileChannel channel = FileChannel.open(file, WRITE)) {
      channel.truncate(4);
    }
    Shell.sh(root, "truncate -s 8 file");

    assertThat(Files.readAllBytes(file)).isEqualTo("0123\0\0\0\0".getBytes(UTF_8));
  }

  @Test
  void fcntlTurnsAppendOn() throws Exception {
    int fd = Posix.C.open(root.resolve("file").toString(), Posix.O_RDWR | Posix.O_CREAT, 0644);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom("abc");
      assertThat(Shell.pwrite(fd, text, 3, 0)).isEqualTo(3);
      assertThat(Posix.C.fcntl(fd, 4, 02000)).isZero();
      assertThat(Shell.pwrite(fd, text, 3, 0)).isEqualTo(3);
    } finally {
      Posix.C.close(fd);
    }

    assertThat(Files.readString(root.resolve("file"))).isEqualTo("abcabc");
  }

  @Test
  void renameReplacesRefusesAndExchanges() throws Exception {
    Path a = Files.writeString(root.resolve("a"), "a");
    Path b = Files.writeString(root.resolve("b"), "b");
    Path sub = Files.createDirectory(root.resolve("sub"));

    assertThat(renameat2(a, b, 1)).as("RENAME_NOREPLACE: EEXIST").isEqualTo(-17);
    assertThat(renameat2(a, b, 2)).as("RENAME_EXCHANGE").isZero();
    assertThat(Files.readString(a)).isEqualTo("b");
    Files.move(a, sub.resolve("c"));
    assertThat(Files.exists(a)).isFalse();
    Files.move(b, sub.resolve("c"), java.nio.file.StandardCopyOption.REPLACE_EXISTING,
        java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    assertThat(Files.readString(sub.resolve("c"))).isEqualTo("a");
    assertThat(Shell.sh(root, "find . | sort | tr '\\n' ' '")).isEqualTo(". ./sub ./sub/c");
  }

  private static long renameat2(Path from, Path to, int flags) {
    return Errno
        .result(Posix.C.renameat2(Posix.AT_FDCWD, from.toString(), Posix.AT_FDCWD, to.toString(), flags));
  }

  @Test
  void linksAndDirectoriesAreCounted() throws Exception {
    Path file = Files.writeString(root.resolve("file"), "x");
    Files.createLink(root.resolve("hard"), file);
    Files.createSymbolicLink(root.resolve("soft"), Path.of("hard"));
    Path directory = Files.createDirectories(root.resolve("d/e"));

    assertThat(Files.readSymbolicLink(root.resolve("soft"))).isEqualTo(Path.of("hard"));
    assertThat(Files.readString(root.resolve("soft"))).isEqualTo("x");
    assertThat(Files.getAttribute(file, "unix:nlink")).isEqualTo(2);
    assertThat(Files.getAttribute(root, "unix:nlink")).isEqualTo(3);
    Files.delete(file);
    assertThat(Files.readString(root.resolve("hard"))).isEqualTo("x");
    assertThatThrownBy(() -> Files.delete(root.resolve("d"))).isInstanceOf(DirectoryNotEmptyException.class);
    Files.delete(directory);
    assertThatThrownBy(() -> Files.createFile(root.resolve("hard")))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> Files.readString(file)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> Files.createFile(root.resolve("n".repeat(256))))
        .hasMessageContaining("too long");
  }

  @Test
  void unlinkedFileLivesUntilItIsClosed() throws Exception {
    Path file = root.resolve("file");
    try (FileChannel channel = FileChannel.open(file, CREATE, READ, WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[]{1, 2, 3}));
      Files.delete(file);
      ByteBuffer back = ByteBuffer.allocate(10);
      assertThat(channel.read(back, 0)).isEqualTo(3);
      assertThat(channel.size()).isEqualTo(3);
    }
  }

  @Test
  void tenThousandEntriesAreListedOnceEach() throws Exception {
    Path many = Files.createDirectory(root.resolve("many"));
    Set<String> wanted = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      String name = "entry-" + i + "-" + "x".repeat(i % 40);
      Files.createFile(many.resolve(name));
      wanted.add(name);
    }

    try (var listed = Files.list(many)) {
      assertThat(listed.map(path -> path.getFileName().toString()).toList()).hasSize(10_000)
          .containsAll(wanted);
    }
    assertThat(Shell.sh(many, "ls -f | wc -l")).isEqualTo("10002");
    assertThat(Shell.sh(root, "rm -r many; ls | wc -l")).isEqualTo("0");
  }

  @Test
  void xattrsAreSetReplacedListedAndRemoved() throws Exception {
    Path file = Files.createFile(root.resolve("file"));
    var view = Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
    view.write("a", ByteBuffer.wrap(new byte[]{1, 2, 3}));
    view.write("b", ByteBuffer.wrap(new byte[60_000]));

    assertThat(view.list()).containsExactlyInAnyOrder("a", "b");
    assertThat(view.size("b")).isEqualTo(60_000);
    view.delete("b");
    assertThat(view.list()).containsExactly("a");
    assertThat(setxattr(file, "user.a", 1)).as("XATTR_CREATE: EEXIST").isEqualTo(-17);
    assertThat(setxattr(file, "user.b", 2)).as("XATTR_REPLACE: ENODATA").isEqualTo(-61);
    assertThat(setxattr(file, "system.posix_acl_access", 0)).as("not enforced, hence EOPNOTSUPP or EINVAL")
        .isNegative();
  }

  private static long setxattr(Path file, String name, int flags) {
    return Errno.result(Posix.C.setxattr(file.toString(), name, new byte[]{1}, 1, flags));
  }

  @Test
  void statfsShowsTheVolume() throws Exception {
    var store = Files.getFileStore(root);

    assertThat(store.type()).isEqualTo("fuse.cfs");
    assertThat(store.getTotalSpace()).isEqualTo(1000 * 4096);
    assertThat(store.getUnallocatedSpace()).isEqualTo(600 * 4096);
    assertThat(store.getUsableSpace()).isEqualTo(500 * 4096);
  }

  @Test
  void holesArePunchedAndFound() throws Exception {
    Files.write(root.resolve("file"), new byte[64 * 1024]);
    int fd = Posix.C.open(root.resolve("file").toString(), Posix.O_RDWR, 0);
    try {
      assertThat(Posix.C.fallocate(fd, 3, 8192, 16384)).as("punch").isZero();
      assertThat(Posix.C.lseek(fd, 0, Posix.SEEK_HOLE)).isEqualTo(8192);
      assertThat(Posix.C.lseek(fd, 8192, Posix.SEEK_DATA)).isEqualTo(24576);
      assertThat(Posix.C.fallocate(fd, 0, 0, 100_000)).as("extend").isZero();
      assertThat(Errno.result(Posix.C.lseek(fd, 100_000, Posix.SEEK_DATA))).as("ENXIO").isEqualTo(-6);
      assertThat(Errno.result(Posix.C.fallocate(fd, 8, 0, 4096))).as("collapse: EOPNOTSUPP").isEqualTo(-95);
    } finally {
      Posix.C.close(fd);
    }
    assertThat(Files.size(root.resolve("file"))).isEqualTo(100_000);
  }

  @Test
  void directIoWantsSectors() throws Exception {
    int fd = Posix.C.open(root.resolve("file").toString(), Posix.O_RDWR | Posix.O_CREAT | Posix.O_DIRECT,
        0644);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(1 << 20, 4096).fill((byte) 5);
      assertThat(Shell.pwrite(fd, buffer, 1 << 20, 0)).isEqualTo(1 << 20);
      assertThat(Shell.pread(fd, buffer, 1, 0)).as("QEMU's probe: EINVAL").isEqualTo(-22);
      assertThat(Shell.pread(fd, buffer, 512, 512)).isEqualTo(512);
      assertThat(Shell.pread(fd, buffer, 512, 100)).isEqualTo(-22);
      assertThat(Shell.pwrite(fd, buffer, 513, 0)).isEqualTo(-22);
      assertThat(Shell.pwrite(fd, buffer.asSlice(512), 8192, 512)).as("memory aligned to 512 only")
          .isEqualTo(8192);
      assertThat(Shell.pread(fd, buffer, 4096, 1 << 20)).as("end of file").isZero();
    } finally {
      Posix.C.close(fd);
    }
  }

  @Test
  void sharedMappingIsRefusedAndPrivateOneWorks() throws Exception {
    Path file = root.resolve("file");
    Files.write(file, new byte[]{1, 2, 3});
    try (FileChannel channel = FileChannel.open(file, READ, WRITE)) {
      assertThatThrownBy(() -> channel.map(FileChannel.MapMode.READ_WRITE, 0, 3))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("No such device");
      assertThat(channel.map(FileChannel.MapMode.PRIVATE, 0, 3).get(2)).isEqualTo((byte) 3);
      channel.write(ByteBuffer.wrap(new byte[]{9}), 2);
      assertThat(channel.map(FileChannel.MapMode.PRIVATE, 0, 3).get(2)).as("a later mapping sees the write")
          .isEqualTo((byte) 9);
    }
  }

  @Test
  void programsRun() {
    assertThat(Shell.sh(root, "cp /bin/echo tool && ./tool it runs")).isEqualTo("it runs");
  }

  @Test
  void modesOwnersAndTimesAreKept() throws Exception {
    Path file = Files.createFile(root.resolve("file"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-x--x"));
    Files.setAttribute(file, "unix:uid", 12);
    Files.setAttribute(file, "unix:gid", 34);
    String old = "1969-07-20 20:17:40.123456789 +0000";

    assertThat(Shell.sh(root, "touch -d '" + old + "' file; TZ=UTC stat -c '%A %u %g %y' file"))
        .isEqualTo("-rwxr-x--x 12 34 " + old);
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2200-01-01T00:00:00.987654321Z")));
    assertThat(Files.getLastModifiedTime(file).toInstant()).isEqualTo("2200-01-01T00:00:00.987654321Z");
    assertThat(Shell.sh(root, "umask 027; touch u; mkdir v; mkfifo w; stat -c '%a %F' u v w"))
        .isEqualTo("640 regular empty file\n750 directory\n640 fifo");
    assertThat(Shell.sh(root, "mknod null c 1 3; stat -c '%t %T' null")).isEqualTo("1 3");
  }

  @Test
  void unprivilegedWriteAndChownClearSetuid() {
    String unprivileged = "setpriv --reuid=1000 --clear-groups ";
    assertThat(
        Shell.sh(root, "echo x > f; chmod 6777 f; " + unprivileged + "sh -c 'echo y >> f'; stat -c %a f"))
        .isEqualTo("777");
    assertThat(Shell.sh(root, "chmod 6777 f; " + unprivileged + "sh -c ': > f'; stat -c %a f")).as("O_TRUNC")
        .isEqualTo("777");
    assertThat(Shell.sh(root, "chmod 6777 f; " + unprivileged + "truncate -s 1 f; stat -c %a f"))
        .isEqualTo("777");
    assertThat(Shell.sh(root, "chmod 6777 f; chown 5 f; stat -c %a f")).isEqualTo("777");
    assertThat(Shell.sh(root, "chmod 6777 f; echo z >> f; stat -c %a f")).as("root keeps it")
        .isEqualTo("6777");
    assertThat(Shell.sh(root, "mkdir d; chmod 2775 d; chown 5 d; stat -c %a d")).as("directories keep setgid")
        .isEqualTo("2775");
  }

  @Test
  void writesDoNotAskForCapabilities() throws Exception {
    Path file = root.resolve("file");
    Files.write(file, new byte[4096 * 300]);
    int before = fileSystem.counted("getXattr security.capability");
    try (FileChannel channel = FileChannel.open(file, WRITE)) {
      for (int i = 0; i < 300; i++) {
        channel.write(ByteBuffer.allocate(4096), i * 4096L);
      }
    }

    assertThat(fileSystem.counted("getXattr security.capability") - before).isLessThanOrEqualTo(1);
    assertThat(fileSystem.counted("tryWrite")).isGreaterThanOrEqualTo(300);
  }

  @Test
  void syncCallsReachTheFileSystem() {
    int fd = Posix.C.open(root.resolve("file").toString(), Posix.O_RDWR | Posix.O_CREAT, 0644);
    int directory = Posix.C.open(root.toString(), 0200000, 0);
    try {
      int before = fileSystem.counted("fsync");
      assertThat(Posix.C.fdatasync(fd)).isZero();
      assertThat(fileSystem.counted("fdatasync")).isEqualTo(1);
      assertThat(Posix.C.fsync(fd)).isZero();
      assertThat(fileSystem.counted("fsync")).isEqualTo(before + 1);
      assertThat(Posix.C.fsync(directory)).as("FSYNCDIR").isZero();
      assertThat(fileSystem.counted("fsync")).isEqualTo(before + 2);
    } finally {
      Posix.C.close(directory);
      Posix.C.close(fd);
    }
  }

  @Test
  void threadsWriteOneFileSideBySide() throws Exception {
    Path file = root.resolve("file");
    Files.write(file, new byte[16 * 65536]);
    Thread[] threads = new Thread[16];
    try (FileChannel channel = FileChannel.open(file, READ, WRITE)) {
      for (int i = 0; i < threads.length; i++) {
        int part = i;
        threads[i] = Thread.ofPlatform().start(() -> fill(channel, part));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }

    byte[] found = Files.readAllBytes(file);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).isEqualTo((byte) (i / 65536 + 1));
    }
  }

  private static void fill(FileChannel channel, int part) {
    byte[] bytes = new byte[1024];
    java.util.Arrays.fill(bytes, (byte) (part + 1));
    try {
      for (int i = 0; i < 64; i++) {
        channel.write(ByteBuffer.wrap(bytes), part * 65536L + i * 1024L);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
