package cfs.fuse.adapter;

import java.nio.file.Path;

/** A way to attach /dev/fuse to a directory. */
interface Mounter {
  /** Mounts and returns the file descriptor of /dev/fuse; MountException when refused. */
  int mount(Path target, MountOptions options);

  /** Unmounts; MountException when refused. */
  void unmount(Path target, boolean force);
}
