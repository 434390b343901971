package cfs.fuse.adapter;

import cfs.fuse.MountException;
import cfs.fuse.MountException.Code;
import java.nio.file.Path;

/** Mounting without root is not there yet: refused with what to do instead. */
final class Fusermount implements Mounter {
  @Override
  public int mount(Path target, MountOptions options) {
    throw new MountException(Code.NO_PERMISSION, "Mounting wants root.", "sudo cfs mount");
  }

  @Override
  public void unmount(Path target, boolean force) {
    throw new MountException(Code.NO_PERMISSION, "Unmounting wants root.", "sudo umount " + target);
  }
}
