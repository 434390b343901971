package cfs.stress.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import cfs.stress.os.Posix;
import cfs.stress.os.PosixException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** One directory seen through two mounts, and what tests do with it. */
record TwoMounts(Path one, Path two) {
  private static final long RACE_SECONDS_MAX = 60;

  /** A system call that must fail. */
  interface Refused {
    void run() throws PosixException;
  }

  static void assertErrno(int errno, Refused call) {
    try {
      call.run();
    } catch (PosixException failed) {
      assertThat(failed.errno).as(failed.getMessage()).isEqualTo(errno);
      return;
    }
    fail("succeeded, expected errno " + errno);
  }

  /** Creates or replaces a whole file with plain write(2), no fsync: coherence must not need it. */
  static void write(Path file, String text) throws PosixException {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  static void write(Path file, byte[] content) throws PosixException {
    int fd = Posix.open(file, Posix.O_WRONLY | Posix.O_CREAT | Posix.O_TRUNC);
    writeAt(fd, 0, content);
    Posix.close(fd);
  }

  static void append(Path file, String text) throws PosixException {
    int fd = Posix.open(file, Posix.O_WRONLY | Posix.O_APPEND);
    writeAt(fd, 0, text.getBytes(StandardCharsets.UTF_8));
    Posix.close(fd);
  }

  static void writeAt(int fd, long offset, byte[] content) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(Math.max(1, content.length), 4096).asSlice(0, content.length);
      MemorySegment.copy(content, 0, bytes, ValueLayout.JAVA_BYTE, 0, content.length);
      for (int at = 0; at < content.length;) {
        at += Posix.write(fd, bytes.asSlice(at), offset + at);
      }
    }
  }

  static byte[] readAt(int fd, long offset, int length) throws PosixException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(Math.max(1, length), 4096).asSlice(0, length);
      int at = 0;
      while (at < length) {
        int read = Posix.read(fd, bytes.asSlice(at), offset + at);
        if (read == 0) {
          break;
        }
        at += read;
      }
      return bytes.asSlice(0, at).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  static byte[] bytes(Path file) throws PosixException {
    int fd = Posix.open(file, Posix.O_RDONLY);
    try {
      return readAt(fd, 0, (int) Posix.status(fd).size());
    } finally {
      Posix.close(fd);
    }
  }

  static String text(Path file) throws PosixException {
    return new String(bytes(file), StandardCharsets.UTF_8);
  }

  /** A contender is told which mount it uses and its number. */
  interface Contender<T> {
    T run(Path mount, int number) throws Exception;
  }

  /** Lets {@code perMount} threads on each mount do the same at the same moment. */
  <T> List<T> race(int perMount, Contender<T> contender) throws Exception {
    CyclicBarrier start = new CyclicBarrier(2 * perMount);
    try (ExecutorService threads = Executors.newFixedThreadPool(2 * perMount,
        Thread.ofPlatform().daemon().factory())) {
      List<Future<T>> results = new ArrayList<>();
      for (int i = 0; i < 2 * perMount; i++) {
        int number = i;
        Callable<T> task = () -> {
          start.await(RACE_SECONDS_MAX, TimeUnit.SECONDS);
          return contender.run(number % 2 == 0 ? one : two, number);
        };
        results.add(threads.submit(task));
      }
      List<T> answers = new ArrayList<>();
      for (Future<T> result : results) {
        answers.add(result.get(RACE_SECONDS_MAX, TimeUnit.SECONDS));
      }
      return answers;
    }
  }

  /** True when the call succeeds, false when it fails with {@code losing}; anything else fails the test. */
  static boolean wins(int losing, Refused call) throws PosixException {
    try {
      call.run();
      return true;
    } catch (PosixException failed) {
      if (failed.errno == losing) {
        return false;
      }
      throw failed;
    }
  }
}
