package cfs.stress.load;

import cfs.stress.os.Posix;
import cfs.stress.os.PosixException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** What a file must hold after fsync returned; written by its one worker, checked by anybody afterwards. */
sealed interface Promise {
  int BLOCK_BYTES = 4096;

  /** Empty when the file keeps the promise, else what is wrong. */
  String broken(Path file) throws PosixException;

  /** Written once, synced, never changed. */
  record Whole(long seed, long size) implements Promise {
    @Override
    public String broken(Path file) throws PosixException {
      return contentBroken(file, seed, size, size);
    }
  }

  /** Grows by appended records; may be longer by what was on its way, and that part is content or zeroes. */
  final class Log implements Promise {
    final long seed;
    long ackedBytes;
    long issuedBytes;

    Log(long seed) {
      this.seed = seed;
    }

    @Override
    public String broken(Path file) throws PosixException {
      return contentBroken(file, seed, ackedBytes, issuedBytes);
    }
  }

  /** Blocks overwritten in place; each carries its generation in the seed of its content. */
  final class Blocks implements Promise {
    final long seed;
    final long[] acked;
    final long[] issued;

    Blocks(long seed, int blocks) {
      this.seed = seed;
      acked = new long[blocks];
      issued = new long[blocks];
    }

    long seedOf(int block, long generation) {
      return Content.mix(seed + block, generation);
    }

    @Override
    public String broken(Path file) throws PosixException {
      int fd = Posix.open(file, Posix.O_RDONLY);
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment bytes = arena.allocate(BLOCK_BYTES);
        for (int block = 0; block < acked.length; block++) {
          if (issued[block] == 0) {
            continue;
          }
          long read = FileIo.readAll(fd, bytes, (long) block * BLOCK_BYTES);
          if (!holdsAllowedGeneration(read == BLOCK_BYTES ? bytes : bytes.asSlice(0, read), block)) {
            return "block " + block + " holds none of the generations " + acked[block] + " to "
                + issued[block];
          }
        }
        return "";
      } finally {
        Posix.close(fd);
      }
    }

    private boolean holdsAllowedGeneration(MemorySegment bytes, int block) {
      for (long generation = Math.max(1, acked[block]); generation <= issued[block]; generation++) {
        if (bytes.byteSize() == BLOCK_BYTES && Content.mismatch(bytes, seedOf(block, generation), 0) < 0) {
          return true;
        }
      }
      // Nothing was promised about this block yet: it may be missing or zero.
      return acked[block] == 0 && allZero(bytes);
    }
  }

  private static String contentBroken(Path file, long seed, long sizeMin, long sizeMax)
      throws PosixException {
    int fd = Posix.open(file, Posix.O_RDONLY);
    try (Arena arena = Arena.ofConfined()) {
      long size = Posix.status(fd).size();
      if (size < sizeMin || size > sizeMax) {
        return "size " + size + ", expected " + sizeMin + " to " + sizeMax;
      }
      MemorySegment bytes = arena.allocate(Math.max(1, size));
      long read = FileIo.readAll(fd, bytes.asSlice(0, size), 0);
      if (read != size) {
        return "read " + read + " of " + size + " bytes";
      }
      long bad = Content.mismatch(bytes.asSlice(0, sizeMin), seed, 0);
      if (bad >= 0) {
        return "wrong byte at " + bad + " of " + sizeMin + " synced bytes"
            + (allZero(bytes.asSlice(bad, sizeMin - bad)) ? " (zeroes from there)" : "");
      }
      MemorySegment tail = bytes.asSlice(sizeMin, size - sizeMin);
      long foreign = Content.mismatch(tail, seed, sizeMin);
      return foreign >= 0 && !allZero(tail.asSlice(foreign)) ? "foreign bytes at " + (sizeMin + foreign) : "";
    } finally {
      Posix.close(fd);
    }
  }

  private static boolean allZero(MemorySegment bytes) {
    for (long at = 0; at < bytes.byteSize(); at++) {
      if (bytes.get(java.lang.foreign.ValueLayout.JAVA_BYTE, at) != 0) {
        return false;
      }
    }
    return true;
  }
}
