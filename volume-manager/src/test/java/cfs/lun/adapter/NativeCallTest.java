package cfs.lun.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import jnr.ffi.LibraryLoader;
import jnr.ffi.annotations.LongLong;
import jnr.ffi.provider.jffi.NoX86;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** jnr-ffi's x86 stub corrupts the sixth argument of a call; interfaces marked NoX86 go another way. */
class NativeCallTest {
  private static final int ARGUMENTS_MAX = 5;

  /** mmap(2) takes the file offset as its sixth argument, so a corrupted one shows at once. */
  @NoX86
  public interface SixArguments {
    @LongLong
    long mmap(@LongLong long address, @LongLong long length, int protection, int flags, int descriptor,
        @LongLong long offset);

    int munmap(@LongLong long address, @LongLong long length);
  }

  @TempDir
  Path directory;

  @Test
  void noCallOfALunHasSixArguments() {
    assertThat(LibC.class.getDeclaredMethods()).isNotEmpty()
        .allSatisfy(
            method -> assertThat(method.getParameterCount()).isLessThanOrEqualTo(ARGUMENTS_MAX));
  }

  @Test
  void sixthArgumentArrivesThroughAnInterfaceMarkedNoX86() throws Exception {
    byte[] pages = new byte[4 * 4096];
    for (int i = 0; i < pages.length; i++) {
      pages[i] = (byte) (i / 4096 + 1);
    }
    Path file = Files.write(directory.resolve("pages"), pages);
    SystemCalls system = new SystemCalls();
    int descriptor = system.open(file.toString(), SystemCalls.O_RDWR);
    SixArguments libc = LibraryLoader.create(SixArguments.class).load("c");
    for (int page = 0; page < 4; page++) {
      long address = libc.mmap(0, 4096, 1, 1, descriptor, page * 4096L);
      assertThat(address).isNotEqualTo(-1);
      assertThat(MemorySegment.ofAddress(address).reinterpret(4096).get(ValueLayout.JAVA_BYTE, 0))
          .isEqualTo((byte) (page + 1));
      assertThat(libc.munmap(address, 4096)).isZero();
    }
    system.close(descriptor);
  }

  @Test
  void errnoIsThatOfTheCall() {
    SystemCalls system = new SystemCalls();
    assertThat(system.open("/nowhere/at/all", SystemCalls.O_RDWR)).isEqualTo(-Errno.ENOENT);
    assertThat(system.open("/", SystemCalls.O_RDWR)).isEqualTo(-Errno.EISDIR);
    assertThat(system.flush(-1)).isEqualTo(-9);
    try (Arena arena = Arena.ofConfined()) {
      assertThat(system.read(-1, arena.allocate(512).address(), 512, 0)).isEqualTo(-9);
    }
  }

  @Test
  void offsetsBeyondFourGiBArriveWhole() throws Exception {
    Path file = directory.resolve("large");
    FileLunOpener.createFile(file, (5L << 30) + 4096);
    try (var lun = new FileLunOpener().open(file.toString(), cfs.lun.LunOpener.Claim.SHARED);
        Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = cfs.lun.AlignedMemory.allocate(arena, 4096);
      buffer.fill((byte) 7);
      lun.write(5L << 30, buffer, 0, 4096);
      lun.read(1L << 30, buffer, 0, 4096);
      assertThat(buffer.get(ValueLayout.JAVA_BYTE, 0)).isZero();
      lun.read(5L << 30, buffer, 0, 4096);
      assertThat(buffer.get(ValueLayout.JAVA_BYTE, 4095)).isEqualTo((byte) 7);
      lun.discard(1L << 30, 4L << 30);
      lun.read(5L << 30, buffer, 0, 4096);
      assertThat(buffer.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 7);
    }
  }
}
