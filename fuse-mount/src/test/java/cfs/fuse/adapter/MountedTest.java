package cfs.fuse.adapter;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import cfs.fuse.MemoryFileSystem;
import cfs.fuse.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A file system in memory, really mounted. Skipped where that cannot be. */
@Timeout(120)
abstract class MountedTest {
  @TempDir
  Path directory;

  final CountDownLatch ended = new CountDownLatch(1);
  MemoryFileSystem fileSystem = new MemoryFileSystem();
  FuseMount mount;
  Path root;

  @BeforeEach
  void mount() throws Exception {
    assumeTrue(Libc.C.geteuid() == 0, "not root: mount(2) is not allowed, real mounts are not tested");
    assumeTrue(Files.exists(Path.of(DeviceChannel.DEVICE)), "no /dev/fuse here, real mounts are not tested");
    root = Files.createDirectory(directory.resolve("mount point"));
    mount = mount(root, options());
  }

  FuseMount mount(Path at, MountOptions options) {
    return FuseMount.mount(fileSystem, at, options, Tasks.THREADS, ended::countDown);
  }

  MountOptions options() {
    return new MountOptions("volume1", false, true, new Session.Options(0));
  }

  @AfterEach
  void unmount() {
    if (mount != null) {
      mount.close();
    }
  }
}
