package cfs.fuse.adapter;

import cfs.fuse.Channel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;

/** An open /dev/fuse. Blocks in read(2); closing one that a thread reads from does not wake it, unmounting does. */
final class DeviceChannel implements Channel {
  static final String DEVICE = "/dev/fuse";

  private final int fd;
  private final AtomicBoolean open = new AtomicBoolean(true);

  DeviceChannel(int fd) {
    this.fd = fd;
  }

  int fd() {
    return fd;
  }

  @Override
  public int receive(MemorySegment to, long offset, int capacity) {
    return (int) Errno.result(Libc.C.read(fd, to.address() + offset, capacity));
  }

  @Override
  public int send(MemorySegment from, long offset, int length) {
    return (int) Math.min(0, Errno.result(Libc.C.write(fd, from.address() + offset, length)));
  }

  @Override
  public Channel another() {
    int clone = (int) Errno.result(Libc.C.open(DEVICE, Libc.O_RDWR | Libc.O_CLOEXEC));
    if (clone < 0) {
      throw new UncheckedIOException(new IOException("open of " + DEVICE + " failed with errno " + -clone));
    }
    long attached = attach(clone);
    if (attached < 0) {
      Libc.C.close(clone);
      throw new UncheckedIOException(new IOException("FUSE_DEV_IOC_CLONE failed with errno " + -attached));
    }
    return new DeviceChannel(clone);
  }

  private long attach(int clone) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocateFrom(ValueLayout.JAVA_INT, fd);
      return Errno.result(Libc.C.ioctl(clone, Libc.FUSE_DEV_IOC_CLONE, source.address()));
    }
  }

  @Override
  public void close() {
    if (open.getAndSet(false)) {
      Libc.C.close(fd);
    }
  }
}
