package cfs.fuse.adapter;

import cfs.fs.FileSystem;
import cfs.fuse.Channel;
import cfs.fuse.MountException;
import cfs.fuse.MountException.Code;
import cfs.fuse.Session;
import cfs.port.KernelCache;
import cfs.port.TaskSpawner;
import java.nio.file.Path;

/** A file system mounted on a directory of this machine. Closing it unmounts by force. */
public final class FuseMount implements KernelCache, AutoCloseable {
  /** How long unmounting waits for requests that are being served. */
  public static final long UNMOUNT_TIMEOUT_NANOS = 30_000_000_000L;

  /** Shown by mount(8) and df(1). */
  static final String TYPE = "fuse.cfs";

  private final Path mountPoint;
  private final Mounter mounter;
  private final Session session;

  private FuseMount(Path mountPoint, Mounter mounter, Session session) {
    this.mountPoint = mountPoint;
    this.mounter = mounter;
    this.session = session;
  }

  /**
   * Mounts and starts serving. Root mounts by mount(2), everybody else through fusermount3.
   *
   * @param spawner gives up to 64 long-running reader threads
   * @param onEnd called once when the mount is gone, by {@link #unmount}, by umount(8) or because it was aborted; the file
   *     system is not closed
   * @throws MountException with a code for every mistake a user can make
   */
  public static FuseMount mount(FileSystem fileSystem, Path mountPoint, MountOptions options,
      TaskSpawner spawner,
      Runnable onEnd) {
    Mounter mounter = Libc.C.geteuid() == 0 ? new RootMounter() : new Fusermount();
    return mount(fileSystem, mountPoint, options, spawner, onEnd, mounter);
  }

  static FuseMount mount(FileSystem fileSystem, Path mountPoint, MountOptions options, TaskSpawner spawner,
      Runnable onEnd, Mounter mounter) {
    Path target = MountPoint.check(mountPoint);
    Channel channel = new DeviceChannel(mounter.mount(target, options));
    Session session = new Session(channel, fileSystem, options.session(), spawner, onEnd);
    try {
      session.start();
    } catch (RuntimeException refused) {
      channel.close();
      mounter.unmount(target, true);
      throw refused;
    }
    return new FuseMount(target, mounter, session);
  }

  public Path mountPoint() {
    return mountPoint;
  }

  /** The running session, for counters. */
  public Session session() {
    return session;
  }

  @Override
  public void invalidateAttributes(long inode) {
    session.invalidateAttributes(inode);
  }

  /**
   * Unmounts and waits until the last request is answered and every file released.
   *
   * @param force abort what runs and detach at once: programs that still use the mount get ENOTCONN. Otherwise a mount in
   *     use is refused with BUSY.
   */
  public void unmount(boolean force) {
    if (MountPoint.isMounted(mountPoint)) {
      mounter.unmount(mountPoint, force);
    }
    awaitEnd();
  }

  private void awaitEnd() {
    boolean ended = false;
    try {
      ended = session.awaitEnd(UNMOUNT_TIMEOUT_NANOS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!ended) {
      throw new MountException(Code.SESSION_STUCK,
          mountPoint + " is unmounted, but requests are still being served.",
          "cfs status");
    }
  }

  @Override
  public void close() {
    unmount(true);
  }
}
