package cfs.fuse.adapter;

import cfs.fuse.MountException;
import cfs.fuse.MountException.Code;
import java.nio.file.Path;

/** mount(2) and umount2(2), for root. */
final class RootMounter implements Mounter {
  @Override
  public int mount(Path target, MountOptions options) {
    int fd = (int) Errno.result(Libc.C.open(DeviceChannel.DEVICE, Libc.O_RDWR | Libc.O_CLOEXEC));
    if (fd < 0) {
      throw noDevice(-fd);
    }
    int flags = options.readOnly() ? Libc.MS_RDONLY : 0;
    int mounted = (int) Errno.result(
        Libc.C.mount(options.source(), target.toString(), FuseMount.TYPE, flags, kernelOptions(fd, options)));
    if (mounted < 0) {
      Libc.C.close(fd);
      throw refused(target, -mounted);
    }
    return fd;
  }

  private static String kernelOptions(int fd, MountOptions options) {
    return "fd=" + fd + ",rootmode=40000,user_id=" + Libc.C.geteuid() + ",group_id=" + Libc.C.getegid()
        + ",default_permissions,max_read=1048576" + (options.allowOther() ? ",allow_other" : "");
  }

  static MountException noDevice(int errno) {
    if (errno == Errno.EACCES || errno == Errno.EPERM) {
      return new MountException(Code.NO_PERMISSION, "This process may not open /dev/fuse.",
          "ls -l /dev/fuse");
    }
    return new MountException(Code.NO_FUSE_DEVICE, "/dev/fuse cannot be opened (errno " + errno + ").",
        "modprobe fuse");
  }

  private static MountException refused(Path target, int errno) {
    return switch (errno) {
      case Errno.EPERM, Errno.EACCES -> new MountException(Code.NO_PERMISSION,
          "The kernel does not let this process mount on " + target + ".",
          "id; cat /proc/self/status | grep Cap");
      case Errno.EBUSY -> new MountException(Code.BUSY, target + " is in use.", "findmnt " + target);
      case Errno.ENOENT ->
        new MountException(Code.MOUNT_POINT_MISSING, "The mount point " + target + " went away.",
            "mkdir -p " + target);
      case Errno.ENODEV ->
        new MountException(Code.NO_FUSE_DEVICE, "This kernel has no FUSE.", "modprobe fuse");
      default -> new MountException(Code.KERNEL_REFUSED,
          "The kernel refused to mount on " + target + " (errno " + errno
              + ").",
          "dmesg | tail");
    };
  }

  @Override
  public void unmount(Path target, boolean force) {
    int flags = force ? Libc.MNT_FORCE | Libc.MNT_DETACH : 0;
    int result = (int) Errno.result(Libc.C.umount2(target.toString(), flags));
    if (result == -Errno.EBUSY) {
      throw new MountException(Code.BUSY, target + " is in use by a program.", "fuser -vm " + target);
    }
    if (result < 0 && result != -Errno.EINVAL) {
      throw new MountException(Code.KERNEL_REFUSED,
          target + " could not be unmounted (errno " + -result + ").",
          "umount -l " + target);
    }
  }
}
