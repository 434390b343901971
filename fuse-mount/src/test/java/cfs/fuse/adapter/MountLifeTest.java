package cfs.fuse.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import cfs.fs.OpenFile;
import cfs.fuse.MemoryFileSystem;
import cfs.fuse.MountException;
import cfs.fuse.MountException.Code;
import cfs.fuse.Session;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Mounting, unmounting, slow requests and the kernel's attribute cache. */
class MountLifeTest extends MountedTest {
  private static final int BLOCKED = 20;

  private final CountDownLatch arrived = new CountDownLatch(BLOCKED);
  private final CountDownLatch mayGoOn = new CountDownLatch(1);

  MountLifeTest() {
    fileSystem = new MemoryFileSystem() {
      /** Files of this size wait as for a cluster lock. */
      private boolean isSlow(OpenFile file) {
        return attributes(file.inode()).sizeBytes() == 13;
      }

      @Override
      public int tryRead(OpenFile file, long offset, MemorySegment to, long toOffset, int length) {
        return isSlow(file) ? NOT_NOW : super.tryRead(file, offset, to, toOffset, length);
      }

      @Override
      public int read(OpenFile file, long offset, MemorySegment to, long toOffset, int length) {
        arrived.countDown();
        try {
          mayGoOn.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        return super.read(file, offset, to, toOffset, length);
      }
    };
  }

  @Override
  MountOptions options() {
    return new MountOptions("volume1", false, true, new Session.Options(3600_000_000_000L));
  }

  @Test
  void slowRequestsDoNotStopFastOnes() throws Exception {
    Path slow = Files.writeString(root.resolve("slow"), "thirteen byte");
    Path fast = Files.writeString(root.resolve("fast"), "fast");
    Thread[] waiting = new Thread[BLOCKED];
    for (int i = 0; i < BLOCKED; i++) {
      waiting[i] = Thread.ofPlatform().start(() -> read(slow));
    }
    assertThat(arrived.await(60, TimeUnit.SECONDS)).as("all are inside the file system at once").isTrue();

    assertThat(mount.session().readers()).as("two more than wait").isGreaterThanOrEqualTo(BLOCKED + 2);
    for (int i = 0; i < 50; i++) {
      assertThat(Files.readString(fast)).isEqualTo("fast");
      Files.createFile(root.resolve("new" + i));
    }

    mayGoOn.countDown();
    for (Thread thread : waiting) {
      thread.join();
    }
    assertThat(Files.readString(slow)).isEqualTo("thirteen byte");
    assertThat(mount.session().saturated()).isZero();
  }

  private static void read(Path file) {
    try {
      Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void kernelKeepsAttributesUntilTheyAreInvalidated() throws Exception {
    Path file = Files.writeString(root.resolve("file"), "abc");
    try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ)) {
      open.size();
      int before = fileSystem.counted("attributes");
      open.size();
      open.size();
      assertThat(fileSystem.counted("attributes")).as("served by the kernel").isEqualTo(before);

      mount.invalidateAttributes((Long) Files.getAttribute(file, "unix:ino"));

      before = fileSystem.counted("attributes");
      open.size();
      assertThat(fileSystem.counted("attributes")).as("asked again").isEqualTo(before + 1);
    }
    mount.invalidateAttributes(123_456_789);
    mount.invalidateAttributes(fileSystem.rootInode());
  }

  @Test
  void unmountWaitsForNobodyAndEndsTheSession() throws Exception {
    Files.writeString(root.resolve("file"), "x");

    mount.unmount(false);

    assertThat(ended.getCount()).isZero();
    assertThat(mount.session().readers()).isZero();
    assertThat(Files.exists(root.resolve("file"))).isFalse();
    mount = mount(root, options());
    assertThat(Files.readString(root.resolve("file"))).as("mounted again").isEqualTo("x");
  }

  @Test
  void mountInUseIsRefusedUnlessForced() throws Exception {
    try (FileChannel open = FileChannel.open(root.resolve("file"), StandardOpenOption.CREATE,
        StandardOpenOption.WRITE)) {
      assertCode(() -> mount.unmount(false), Code.BUSY);
      open.write(ByteBuffer.wrap(new byte[3]));

      mount.unmount(true);

      assertThatThrownBy(() -> open.write(ByteBuffer.wrap(new byte[3]))).isInstanceOf(IOException.class);
      assertThat(fileSystem.openFiles).isZero();
      assertThat(ended.getCount()).isZero();
    }
  }

  @Test
  void umountCommandEndsTheSession() throws Exception {
    Shell.sh(directory, "umount 'mount point'");

    assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
    mount.close();
  }

  @Test
  void mistakesHaveTheirOwnCodes() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));

    assertCode(() -> mount(directory.resolve("absent"), options()), Code.MOUNT_POINT_MISSING);
    assertCode(() -> mount(file, options()), Code.MOUNT_POINT_NOT_DIRECTORY);
    assertCode(() -> mount(root, options()), Code.ALREADY_MOUNTED);
  }

  @Test
  void mountOfADeadDaemonIsRecognised() throws Exception {
    try (FileChannel open = FileChannel.open(root.resolve("file"), StandardOpenOption.CREATE,
        StandardOpenOption.WRITE)) {
      // What the kernel does when the daemon dies: the connection is gone, the mount stays.
      Libc.C.umount2(root.toString(), Libc.MNT_FORCE);
      assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(open.isOpen()).isTrue();

      assertCode(() -> mount(root, options()), Code.MOUNT_POINT_STALE);
    }
  }

  @Test
  void readOnlyMountRefusesChanges() throws Exception {
    mount.unmount(false);
    mount = mount(root, new MountOptions("volume1", true, true, Session.Options.COHERENT));

    assertThatThrownBy(() -> Files.createFile(root.resolve("file"))).hasMessageContaining("Read-only");
  }

  private static void assertCode(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, Code code) {
    assertThatThrownBy(call).asInstanceOf(type(MountException.class)).satisfies(refusal -> {
      assertThat(refusal.code()).isEqualTo(code);
      assertThat(refusal.nextCommand()).isNotBlank();
      assertThat(refusal).hasMessageEndingWith(".");
    });
  }
}
