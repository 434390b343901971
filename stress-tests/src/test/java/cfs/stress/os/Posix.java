package cfs.stress.os;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Linux system calls as they are: one call, one request to the file system, and the exact error number. java.nio retries,
 * maps errors to text and lacks half of them (O_APPEND with O_DIRECT, fallocate, RENAME_EXCHANGE, xattr of any kind).
 * Every failure is a {@link PosixException}; thread-safe.
 */
public final class Posix {
  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_RDWR = 2;
  public static final int O_CREAT = 0x40;
  public static final int O_EXCL = 0x80;
  public static final int O_TRUNC = 0x200;
  public static final int O_APPEND = 0x400;
  /** O_DIRECT and O_DIRECTORY trade places between x86-64 and arm64 (asm/fcntl.h). */
  public static final int O_DIRECT = isArm() ? 0x10000 : 0x4000;
  public static final int O_DIRECTORY = isArm() ? 0x4000 : 0x10000;

  public static final int FALLOC_KEEP_SIZE = 1;
  public static final int FALLOC_PUNCH_HOLE = 2;
  public static final int FALLOC_ZERO_RANGE = 16;
  public static final int SEEK_DATA = 3;
  public static final int SEEK_HOLE = 4;
  public static final int RENAME_NOREPLACE = 1;
  public static final int RENAME_EXCHANGE = 2;
  public static final int LOCK_SH = 1;
  public static final int LOCK_EX = 2;
  public static final int LOCK_NB = 4;
  public static final int LOCK_UN = 8;

  private static final int AT_FDCWD = -100;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int STATX_BASIC_STATS = 0x7ff;
  private static final int STATX_BYTES = 256;
  private static final int DIRENT_NAME_OFFSET = 19;
  private static final int DIRENT_PAGE_BYTES = 32768;
  private static final int XATTR_BYTES_MAX = 65536;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO_OF = STATE
      .varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle OPEN = LINKER.downcallHandle(
      LINKER.defaultLookup().findOrThrow("open"),
      FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
      ERRNO, Linker.Option.firstVariadicArg(2));
  private static final MethodHandle CLOSE = intCall("close", JAVA_INT);
  private static final MethodHandle PREAD = longCall("pread", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle PWRITE = longCall("pwrite", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle WRITE = longCall("write", JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle LSEEK = longCall("lseek", JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle FTRUNCATE = intCall("ftruncate", JAVA_INT, JAVA_LONG);
  private static final MethodHandle TRUNCATE = intCall("truncate", ADDRESS, JAVA_LONG);
  private static final MethodHandle FSYNC = intCall("fsync", JAVA_INT);
  private static final MethodHandle FALLOCATE = intCall("fallocate", JAVA_INT, JAVA_INT, JAVA_LONG,
      JAVA_LONG);
  private static final MethodHandle FLOCK = intCall("flock", JAVA_INT, JAVA_INT);
  private static final MethodHandle RENAME = intCall("renameat2", JAVA_INT, ADDRESS, JAVA_INT, ADDRESS,
      JAVA_INT);
  private static final MethodHandle LINK = intCall("link", ADDRESS, ADDRESS);
  private static final MethodHandle SYMLINK = intCall("symlink", ADDRESS, ADDRESS);
  private static final MethodHandle READLINK = longCall("readlink", ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle UNLINK = intCall("unlink", ADDRESS);
  private static final MethodHandle MKDIR = intCall("mkdir", ADDRESS, JAVA_INT);
  private static final MethodHandle RMDIR = intCall("rmdir", ADDRESS);
  private static final MethodHandle CHMOD = intCall("chmod", ADDRESS, JAVA_INT);
  private static final MethodHandle CHOWN = intCall("lchown", ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle STATX = intCall("statx", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle SETXATTR = intCall("lsetxattr", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG,
      JAVA_INT);
  private static final MethodHandle GETXATTR = longCall("lgetxattr", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle LISTXATTR = longCall("llistxattr", ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle REMOVEXATTR = intCall("lremovexattr", ADDRESS, ADDRESS);
  private static final MethodHandle GETDENTS = longCall("getdents64", JAVA_INT, ADDRESS, JAVA_LONG);

  private Posix() {}

  /** A system call with its captured error number. */
  @FunctionalInterface
  private interface Call {
    long invoke(MemorySegment state) throws Throwable;
  }

  public static int open(Path path, int flags) throws PosixException {
    return open(path, flags, 0644);
  }

  public static int open(Path path, int flags, int mode) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = name(arena, path);
      return (int) run(arena, "open", path, state -> (int) OPEN.invokeExact(state, name, flags, mode));
    }
  }

  public static void close(int fd) throws PosixException {
    onFile("close", fd, state -> (int) CLOSE.invokeExact(state, fd));
  }

  /** One read; may be short. */
  public static int read(int fd, MemorySegment into, long offset) throws PosixException {
    long bytes = into.byteSize();
    return (int) onFile("pread", fd, state -> (long) PREAD.invokeExact(state, fd, into, bytes, offset));
  }

  /** One write at {@code offset}; at the end of file when opened with O_APPEND. */
  public static int write(int fd, MemorySegment from, long offset) throws PosixException {
    long bytes = from.byteSize();
    return (int) onFile("pwrite", fd, state -> (long) PWRITE.invokeExact(state, fd, from, bytes, offset));
  }

  /** One write at the descriptor's position; at the end of file when opened with O_APPEND. */
  public static int write(int fd, MemorySegment from) throws PosixException {
    long bytes = from.byteSize();
    return (int) onFile("write", fd, state -> (long) WRITE.invokeExact(state, fd, from, bytes));
  }

  public static long seek(int fd, long offset, int whence) throws PosixException {
    return onFile("lseek", fd, state -> (long) LSEEK.invokeExact(state, fd, offset, whence));
  }

  public static void truncate(int fd, long size) throws PosixException {
    onFile("ftruncate", fd, state -> (int) FTRUNCATE.invokeExact(state, fd, size));
  }

  public static void truncate(Path path, long size) throws PosixException {
    onPath("truncate", path, (state, name) -> (int) TRUNCATE.invokeExact(state, name, size));
  }

  public static void sync(int fd) throws PosixException {
    onFile("fsync", fd, state -> (int) FSYNC.invokeExact(state, fd));
  }

  /** Makes the names in a directory durable. */
  public static void syncDirectory(Path directory) throws PosixException {
    int fd = open(directory, O_RDONLY | O_DIRECTORY);
    try {
      sync(fd);
    } finally {
      close(fd);
    }
  }

  public static void allocate(int fd, int mode, long offset, long length) throws PosixException {
    onFile("fallocate", fd, state -> (int) FALLOCATE.invokeExact(state, fd, mode, offset, length));
  }

  public static void flock(int fd, int operation) throws PosixException {
    onFile("flock", fd, state -> (int) FLOCK.invokeExact(state, fd, operation));
  }

  public static void rename(Path from, Path to) throws PosixException {
    rename(from, to, 0);
  }

  public static void rename(Path from, Path to, int flags) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = name(arena, from);
      MemorySegment target = name(arena, to);
      run(arena, "rename", from + " -> " + to,
          state -> (int) RENAME.invokeExact(state, AT_FDCWD, source, AT_FDCWD, target, flags));
    }
  }

  public static void link(Path existing, Path fresh) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = name(arena, existing);
      MemorySegment target = name(arena, fresh);
      run(arena, "link", existing + " -> " + fresh, state -> (int) LINK.invokeExact(state, source, target));
    }
  }

  public static void symlink(String target, Path path) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(target);
      MemorySegment name = name(arena, path);
      run(arena, "symlink", path, state -> (int) SYMLINK.invokeExact(state, text, name));
    }
  }

  public static String readLink(Path path) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = name(arena, path);
      MemorySegment text = arena.allocate(4096);
      long length = run(arena, "readlink", path,
          state -> (long) READLINK.invokeExact(state, name, text, 4096L));
      return new String(text.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
    }
  }

  public static void unlink(Path path) throws PosixException {
    onPath("unlink", path, (state, name) -> (int) UNLINK.invokeExact(state, name));
  }

  public static void makeDirectory(Path path) throws PosixException {
    onPath("mkdir", path, (state, name) -> (int) MKDIR.invokeExact(state, name, 0755));
  }

  public static void removeDirectory(Path path) throws PosixException {
    onPath("rmdir", path, (state, name) -> (int) RMDIR.invokeExact(state, name));
  }

  public static void changeMode(Path path, int mode) throws PosixException {
    onPath("chmod", path, (state, name) -> (int) CHMOD.invokeExact(state, name, mode));
  }

  public static void changeOwner(Path path, int uid, int gid) throws PosixException {
    onPath("lchown", path, (state, name) -> (int) CHOWN.invokeExact(state, name, uid, gid));
  }

  /** Of the name itself; a symbolic link is not followed. */
  public static FileStatus status(Path path) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = name(arena, path);
      MemorySegment answer = arena.allocate(STATX_BYTES, 8);
      run(arena, "statx", path, state -> (int) STATX.invokeExact(state, AT_FDCWD, name, AT_SYMLINK_NOFOLLOW,
          STATX_BASIC_STATS, answer));
      return status(answer);
    }
  }

  public static FileStatus status(int fd) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment empty = arena.allocateFrom("");
      MemorySegment answer = arena.allocate(STATX_BYTES, 8);
      int atEmptyPath = 0x1000;
      run(arena, "statx", "fd " + fd, state -> (int) STATX.invokeExact(state, fd, empty, atEmptyPath,
          STATX_BASIC_STATS, answer));
      return status(answer);
    }
  }

  public static void setAttribute(Path path, String key, byte[] value) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = name(arena, path);
      MemorySegment attribute = arena.allocateFrom(key);
      MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, value);
      run(arena, "setxattr", path, state -> (int) SETXATTR.invokeExact(state, name, attribute, bytes,
          (long) value.length, 0));
    }
  }

  public static byte[] attribute(Path path, String key) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = name(arena, path);
      MemorySegment attribute = arena.allocateFrom(key);
      MemorySegment bytes = arena.allocate(XATTR_BYTES_MAX);
      long length = run(arena, "getxattr", path, state -> (long) GETXATTR.invokeExact(state, name, attribute,
          bytes, (long) XATTR_BYTES_MAX));
      return bytes.asSlice(0, length).toArray(JAVA_BYTE);
    }
  }

  public static void removeAttribute(Path path, String key) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = name(arena, path);
      MemorySegment attribute = arena.allocateFrom(key);
      run(arena, "removexattr", path, state -> (int) REMOVEXATTR.invokeExact(state, name, attribute));
    }
  }

  public static Set<String> attributes(Path path) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = name(arena, path);
      MemorySegment bytes = arena.allocate(XATTR_BYTES_MAX);
      long length = run(arena, "listxattr", path, state -> (long) LISTXATTR.invokeExact(state, name, bytes,
          (long) XATTR_BYTES_MAX));
      Set<String> keys = new TreeSet<>();
      for (long at = 0; at < length;) {
        String key = bytes.getString(at);
        keys.add(key);
        at += key.getBytes(StandardCharsets.UTF_8).length + 1;
      }
      return keys;
    }
  }

  /** The names in a directory without "." and ".."; the order is the file system's. */
  public static List<String> list(Path directory) throws PosixException {
    int fd = open(directory, O_RDONLY | O_DIRECTORY);
    List<String> names = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment page = arena.allocate(DIRENT_PAGE_BYTES, 8);
      while (true) {
        long length = run(arena, "getdents64", directory,
            state -> (long) GETDENTS.invokeExact(state, fd, page, (long) DIRENT_PAGE_BYTES));
        if (length == 0) {
          return names;
        }
        for (long at = 0; at < length; at += Short.toUnsignedInt(page.get(JAVA_SHORT, at + 16))) {
          String found = page.getString(at + DIRENT_NAME_OFFSET);
          if (!found.equals(".") && !found.equals("..")) {
            names.add(found);
          }
        }
      }
    } finally {
      close(fd);
    }
  }

  private static FileStatus status(MemorySegment statx) {
    return new FileStatus(statx.get(JAVA_LONG, 32), Short.toUnsignedInt(statx.get(JAVA_SHORT, 28)),
        Integer.toUnsignedLong(statx.get(JAVA_INT, 16)), statx.get(JAVA_INT, 20), statx.get(JAVA_INT, 24),
        statx.get(JAVA_LONG, 40), statx.get(JAVA_LONG, 48), nanos(statx, 64), nanos(statx, 112),
        nanos(statx, 96));
  }

  private static long nanos(MemorySegment statx, long at) {
    return statx.get(JAVA_LONG, at) * 1_000_000_000L + statx.get(JAVA_INT, at + 8);
  }

  @FunctionalInterface
  private interface PathCall {
    int invoke(MemorySegment state, MemorySegment name) throws Throwable;
  }

  private static void onPath(String call, Path path, PathCall body) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = name(arena, path);
      run(arena, call, path, state -> body.invoke(state, name));
    }
  }

  private static long onFile(String call, int fd, Call body) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      return run(arena, call, "fd " + fd, body);
    }
  }

  private static long run(Arena arena, String call, Object subject, Call body) throws PosixException {
    MemorySegment state = arena.allocate(STATE);
    long result;
    try {
      result = body.invoke(state);
    } catch (Throwable impossible) {
      throw new AssertionError(call, impossible);
    }
    if (result == -1) {
      throw new PosixException(call, subject.toString(), (int) ERRNO_OF.get(state, 0L));
    }
    return result;
  }

  private static MemorySegment name(Arena arena, Path path) {
    return arena.allocateFrom(path.toString());
  }

  private static MethodHandle intCall(String name, MemoryLayout... arguments) {
    return call(name, FunctionDescriptor.of(JAVA_INT, arguments));
  }

  private static MethodHandle longCall(String name, MemoryLayout... arguments) {
    return call(name, FunctionDescriptor.of(JAVA_LONG, arguments));
  }

  private static MethodHandle call(String name, FunctionDescriptor signature) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), signature, ERRNO);
  }

  private static boolean isArm() {
    return System.getProperty("os.arch").equals("aarch64");
  }
}
