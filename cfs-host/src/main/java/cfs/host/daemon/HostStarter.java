package cfs.host.daemon;

import cfs.host.config.HostConfig;
import java.util.function.Consumer;

/** How a daemon becomes a member with a mounted volume. */
@FunctionalInterface
public interface HostStarter {
  /**
   * Blocks until the volume is mounted. On failure everything that was started is taken down again, in reverse order, and the
   * problem thrown.
   *
   * @param step hears what is being done
   * @param fenced called at most once, with the reason, when the cluster removed this host
   * @param unmounted called when the mount is gone for any reason, umount(8) included
   */
  RunningHost start(HostConfig config, Consumer<String> step, Consumer<String> fenced, Runnable unmounted);
}
