package cfs.lun.adapter;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntSupplier;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;

/**
 * The system calls of a LUN with one convention: a negative answer is minus errno. EINTR is retried, a bounded number of
 * times so that a signal storm shows as an error and not as a hang. Stateless and thread-safe.
 */
final class SystemCalls {
  static final int O_RDWR = 2;
  static final int O_EXCL = 0200;
  static final int O_CLOEXEC = 02000000;
  /** Differs on arm; taken from fcntl.h of the two architectures that CFS runs on. */
  static final int O_DIRECT = System.getProperty("os.arch").equals("aarch64") ? 0200000 : 040000;

  static final int FALLOC_FL_KEEP_SIZE = 1;
  static final int FALLOC_FL_PUNCH_HOLE = 2;
  static final int FALLOC_FL_ZERO_RANGE = 16;

  /** linux/fs.h: _IO(0x12, n), and _IOR(0x12, 114, size_t). */
  static final long BLKSSZGET = 0x1268;
  static final long BLKDISCARD = 0x1277;
  static final long BLKZEROOUT = 0x127f;
  static final long BLKGETSIZE64 = 0x80081272L;

  /** Locks of the open file description: they go with the last close of this very open, not with any close. */
  private static final int F_OFD_SETLK = 37;

  private static final short F_RDLCK = 0;
  private static final short F_WRLCK = 1;
  private static final int AT_FDCWD = -100;
  private static final int STATX_TYPE_AND_SIZE = 0x1 | 0x200;
  private static final int INTERRUPTIONS_MAX = 100;

  private final LibC libc;
  private final Runtime runtime = Runtime.getSystemRuntime();

  SystemCalls() {
    this(LibraryLoader.create(LibC.class).load("c"));
  }

  SystemCalls(LibC libc) {
    this.libc = libc;
  }

  /** What a path is: errno 0, type bits (S_IFMT) and size in bytes; or an errno. */
  record FileType(int errno, int typeBits, long sizeBytes) {
    boolean isRegular() {
      return typeBits == 0100000;
    }

    boolean isBlockDevice() {
      return typeBits == 0060000;
    }
  }

  /** Links are followed. */
  FileType type(String path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment statx = arena.allocate(256, 8);
      long name = arena.allocateFrom(path).address();
      int answer = negateErrno(() -> libc.statx(AT_FDCWD, name, 0, STATX_TYPE_AND_SIZE, statx.address()));
      if (answer < 0) {
        return new FileType(-answer, 0, 0);
      }
      int mode = Short.toUnsignedInt(statx.get(ValueLayout.JAVA_SHORT, 28));
      return new FileType(0, mode & 0170000, statx.get(ValueLayout.JAVA_LONG, 40));
    }
  }

  int open(String path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      long name = arena.allocateFrom(path).address();
      return negateErrno(() -> libc.open(name, flags));
    }
  }

  /** Not retried: Linux has closed the descriptor even when it answers EINTR. */
  int close(int descriptor) {
    int answer = libc.close(descriptor);
    return answer >= 0 ? answer : -runtime.getLastError();
  }

  /** On the hot path, hence its own loop without a closure. */
  long read(int descriptor, long address, long length, long offset) {
    for (int attempt = 0;; attempt++) {
      long answer = libc.pread(descriptor, address, length, offset);
      if (answer >= 0) {
        return answer;
      }
      int errno = runtime.getLastError();
      if (errno != Errno.EINTR || attempt == INTERRUPTIONS_MAX) {
        return -errno;
      }
    }
  }

  /** On the hot path, as {@link #read}. */
  long write(int descriptor, long address, long length, long offset) {
    for (int attempt = 0;; attempt++) {
      long answer = libc.pwrite(descriptor, address, length, offset);
      if (answer >= 0) {
        return answer;
      }
      int errno = runtime.getLastError();
      if (errno != Errno.EINTR || attempt == INTERRUPTIONS_MAX) {
        return -errno;
      }
    }
  }

  int flush(int descriptor) {
    return negateErrno(() -> libc.fdatasync(descriptor));
  }

  int fallocate(int descriptor, int mode, long offset, long length) {
    return negateErrno(() -> libc.fallocate(descriptor, mode, offset, length));
  }

  /** An ioctl that answers one number of up to 64 bits. */
  long query(int descriptor, long request) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment result = arena.allocate(ValueLayout.JAVA_LONG);
      int answer = negateErrno(() -> libc.ioctl(descriptor, request, result.address()));
      return answer < 0 ? answer : result.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  /** BLKZEROOUT or BLKDISCARD of a byte range. */
  int range(int descriptor, long request, long offset, long length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment range = arena.allocateFrom(ValueLayout.JAVA_LONG, offset, length);
      return negateErrno(() -> libc.ioctl(descriptor, request, range.address()));
    }
  }

  /** Locks the whole file for this open file description, without waiting: EAGAIN or EACCES when others hold it. */
  int lock(int descriptor, boolean exclusive) {
    try (Arena arena = Arena.ofConfined()) {
      // struct flock of 64-bit Linux: type and whence (shorts), start and length at 8 and 16, pid at 24: zero is "all".
      MemorySegment flock = arena.allocate(32, 8);
      flock.set(ValueLayout.JAVA_SHORT, 0, exclusive ? F_WRLCK : F_RDLCK);
      return negateErrno(() -> libc.fcntl(descriptor, F_OFD_SETLK, flock.address()));
    }
  }

  private int negateErrno(IntSupplier call) {
    for (int attempt = 0;; attempt++) {
      int answer = call.getAsInt();
      if (answer >= 0) {
        return answer;
      }
      int errno = runtime.getLastError();
      if (errno != Errno.EINTR || attempt == INTERRUPTIONS_MAX) {
        return -errno;
      }
    }
  }
}
