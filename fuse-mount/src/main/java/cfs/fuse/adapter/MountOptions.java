package cfs.fuse.adapter;

import cfs.fuse.Session;

/**
 * How to mount.
 *
 * @param source what /proc/mounts shows as the device: the volume's name
 * @param readOnly the kernel refuses every change
 * @param allowOther users other than the one who mounts may use it; permission bits count in any case
 * @param session behaviour after mounting
 */
public record MountOptions(String source, boolean readOnly, boolean allowOther, Session.Options session) {
  /** Writable, for all users, nothing cached by the kernel. */
  public static MountOptions of(String source) {
    return new MountOptions(source, false, true, Session.Options.COHERENT);
  }

  public MountOptions {
    if (source.isEmpty() || source.indexOf('\n') >= 0) {
      throw new IllegalArgumentException("the source of a mount is one non-empty line");
    }
  }
}
