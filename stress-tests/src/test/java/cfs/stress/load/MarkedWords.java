package cfs.stress.load;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Content for files that many write at once: every 8-byte word says which file offset it was written for, so that a reader
 * recognises blocks of other files, of other offsets, of metadata and of freed space, whoever wrote last.
 *
 * <p>A word is 0xC5 | appended (1 bit) | writer and step (31 bits) | offset / 8 (24 bits). The offset of an append is known
 * only afterwards, so appended words carry their offset within the append. All writes, truncations and holes keep to
 * multiples of 8 bytes; zero is a hole.
 */
final class MarkedWords {
  static final long FILE_BYTES_MAX = 8L << 24;
  private static final long APPENDED = 1L << 55;
  private static final ValueLayout.OfLong WORD = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private MarkedWords() {}

  static void fill(MemorySegment bytes, long offset, int step, boolean appended) {
    long stamp = 0xC5L << 56 | (appended ? APPENDED : 0) | (step & 0x7fff_ffffL) << 24;
    for (long at = 0; at < bytes.byteSize(); at += 8) {
      bytes.set(WORD, at, stamp | (offset + at) >>> 3);
    }
  }

  /** Empty when all words may stand at {@code offset}, else the first that may not. */
  static String foreign(MemorySegment bytes, long offset) {
    for (long at = 0; at + 8 <= bytes.byteSize(); at += 8) {
      long word = bytes.get(WORD, at);
      boolean marked = word >>> 56 == 0xC5;
      boolean atHome = (word & APPENDED) != 0 || (word & 0xff_ffffL) == (offset + at) >>> 3;
      if (word != 0 && !(marked && atHome)) {
        return "word 0x" + Long.toHexString(word) + " at offset " + (offset + at)
            + (marked ? ", written for offset " + ((word & 0xff_ffffL) << 3) : ", written by nobody");
      }
    }
    return "";
  }
}
