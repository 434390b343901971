package cfs.stress.load;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/** Bytes that follow from a seed and an offset, so that content needs no second copy to be checked. */
final class Content {
  private static final java.lang.foreign.ValueLayout.OfLong WORD = JAVA_LONG_UNALIGNED
      .withOrder(ByteOrder.LITTLE_ENDIAN);

  private Content() {}

  /** Fills with the content of file offsets from {@code offset} on. */
  static void fill(MemorySegment bytes, long seed, long offset) {
    long size = bytes.byteSize();
    long at = 0;
    if ((offset & 7) == 0) {
      for (; at + 8 <= size; at += 8) {
        bytes.set(WORD, at, word(seed, (offset + at) >>> 3));
      }
    }
    for (; at < size; at++) {
      bytes.set(JAVA_BYTE, at, at(seed, offset + at));
    }
  }

  /** Index of the first byte that is not the content from {@code offset} on; -1 when all are. */
  static long mismatch(MemorySegment bytes, long seed, long offset) {
    long size = bytes.byteSize();
    long at = 0;
    if ((offset & 7) == 0) {
      while (at + 8 <= size && bytes.get(WORD, at) == word(seed, (offset + at) >>> 3)) {
        at += 8;
      }
    }
    for (; at < size; at++) {
      if (bytes.get(JAVA_BYTE, at) != at(seed, offset + at)) {
        return at;
      }
    }
    return -1;
  }

  static byte at(long seed, long offset) {
    return (byte) (word(seed, offset >>> 3) >>> ((offset & 7) * 8));
  }

  /** A seed for a part of something that has one. */
  static long mix(long seed, long part) {
    return word(seed ^ 0x5bd1_e995_9d1b_899bL, part);
  }

  /** SplitMix64's output function (Steele, Lea, Flood 2014). */
  private static long word(long seed, long index) {
    long z = seed + (index + 1) * 0x9e37_79b9_7f4a_7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d0_49bb_1331_11ebL;
    return z ^ (z >>> 31);
  }
}
