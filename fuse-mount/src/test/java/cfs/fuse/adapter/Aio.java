package cfs.fuse.adapter;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jnr.ffi.LibraryLoader;
import jnr.ffi.annotations.LongLong;
import jnr.ffi.provider.jffi.NoX86;

/** One asynchronous read as QEMU with aio=native does it; io_setup(2), io_submit(2), io_getevents(2) of x86-64. */
final class Aio {
  /** Six arguments, hence NoX86; see Spawn. */
  @NoX86
  public interface Calls {
    @LongLong
    long syscall(@LongLong long number, @LongLong long a, @LongLong long b, @LongLong long c,
        @LongLong long d,
        @LongLong long e);
  }

  private static final Calls C = LibraryLoader.create(Calls.class).load("c");
  private static final long IO_SETUP = 206;
  private static final long IO_DESTROY = 207;
  private static final long IO_GETEVENTS = 208;
  private static final long IO_SUBMIT = 209;

  private Aio() {}

  /** Bytes read at {@code offset}, or -errno. */
  static long read(int fd, MemorySegment to, long count, long offset) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment context = arena.allocate(ValueLayout.JAVA_LONG);
      check(C.syscall(IO_SETUP, 1, context.address(), 0, 0, 0) == 0);
      long ring = context.get(ValueLayout.JAVA_LONG, 0);
      MemorySegment block = arena.allocate(64, 8);
      block.set(ValueLayout.JAVA_INT, 20, fd);
      block.set(ValueLayout.JAVA_LONG, 24, to.address());
      block.set(ValueLayout.JAVA_LONG, 32, count);
      block.set(ValueLayout.JAVA_LONG, 40, offset);
      MemorySegment list = arena.allocateFrom(ValueLayout.JAVA_LONG, block.address());
      MemorySegment event = arena.allocate(32, 8);
      check(C.syscall(IO_SUBMIT, ring, 1, list.address(), 0, 0) == 1);
      check(C.syscall(IO_GETEVENTS, ring, 1, 1, event.address(), 0) == 1);
      C.syscall(IO_DESTROY, ring, 0, 0, 0, 0);
      return event.get(ValueLayout.JAVA_LONG, 16);
    }
  }

  private static void check(boolean done) {
    if (!done) {
      throw new AssertionError("asynchronous I/O is not possible here");
    }
  }
}
