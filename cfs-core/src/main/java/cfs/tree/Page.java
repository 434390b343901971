package cfs.tree;

import cfs.error.Invariant;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * One slotted page at a base offset of a block image; format in the package documentation. Apart from {@link #format},
 * {@link #isSound}, {@link #verify} and {@link #dump}, methods want a sound page, and an index within it.
 */
public final class Page {
  public static final int MAGIC = 0x5442;
  public static final int LEVEL_MAX = 15;
  public static final int HEADER_BYTES = 16;
  public static final int ENTRY_BYTES = 12;
  public static final int CHILD_BYTES = 8;
  public static final int PAYLOAD_BYTES_MAX = 1100;

  static final int MAGIC_AT = 0;
  static final int LEVEL_AT = 2;
  static final int FLAGS_AT = 3;
  static final int COUNT_AT = 4;
  static final int HEAP_START_AT = 6;
  static final int GARBAGE_AT = 8;
  static final int LENGTH_AT = 10;
  static final int RESERVED_AT = 12;
  static final int OFFSET_IN_ENTRY = 8;
  static final int LENGTH_IN_ENTRY = 10;

  private static final int LENGTH_MAX = 4096;
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED
      .withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED
      .withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED
      .withOrder(ByteOrder.LITTLE_ENDIAN);

  private Page() {}

  /** Makes an empty page; all other bytes become zero, so that images are reproducible and carry nothing old. */
  public static void format(MemorySegment seg, long base, int length, int level) {
    Invariant.check(length > HEADER_BYTES && length <= LENGTH_MAX, "page length", length);
    Invariant.check(level >= 0 && level <= LEVEL_MAX, "page level", level);
    seg.asSlice(base, length).fill((byte) 0);
    putShort(seg, base + MAGIC_AT, MAGIC);
    seg.set(BYTE, base + LEVEL_AT, (byte) level);
    putShort(seg, base + HEAP_START_AT, length);
    putShort(seg, base + LENGTH_AT, length);
  }

  public static int level(MemorySegment seg, long base) {
    return seg.get(BYTE, base + LEVEL_AT) & 0xff;
  }

  public static int count(MemorySegment seg, long base) {
    return getShort(seg, base + COUNT_AT);
  }

  public static long key(MemorySegment seg, long base, int index) {
    return seg.get(LONG, entry(base, index));
  }

  /** Counted from the page's first byte. */
  public static int payloadOffset(MemorySegment seg, long base, int index) {
    return getShort(seg, entry(base, index) + OFFSET_IN_ENTRY);
  }

  public static int payloadLength(MemorySegment seg, long base, int index) {
    return getShort(seg, entry(base, index) + LENGTH_IN_ENTRY);
  }

  /** Block number that an entry of an interior page points to. */
  public static long child(MemorySegment seg, long base, int index) {
    return seg.get(LONG, base + payloadOffset(seg, base, index));
  }

  /** Bytes an entry may take, index and payload together, after compaction. */
  public static int freeBytes(MemorySegment seg, long base) {
    return heapStart(seg, base) - indexEnd(count(seg, base)) + garbage(seg, base);
  }

  /** Bytes that the entries take, index and payloads together. */
  public static int usedBytes(MemorySegment seg, long base) {
    return length(seg, base) - HEADER_BYTES - freeBytes(seg, base);
  }

  public static boolean fits(MemorySegment seg, long base, int payloadLength) {
    return freeBytes(seg, base) >= ENTRY_BYTES + payloadLength;
  }

  public static boolean fitsInstead(MemorySegment seg, long base, int index, int payloadLength) {
    return freeBytes(seg, base) + payloadLength(seg, base, index) >= payloadLength;
  }

  /** Index of the key, or {@code -(insertion index) - 1}, as in {@link java.util.Arrays#binarySearch}. */
  public static int search(MemorySegment seg, long base, long key) {
    int low = 0;
    int high = count(seg, base) - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = Long.compareUnsigned(key(seg, base, middle), key);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -low - 1;
  }

  /** Index of the child responsible for a key in a page with at least one entry. */
  static int childIndex(MemorySegment seg, long base, long key) {
    int found = search(seg, base, key);
    return found >= 0 ? found : Math.max(0, -found - 2);
  }

  /** Puts an entry before index; the caller has made sure of order and room. The source is not in this page. */
  public static void insert(MemorySegment seg, long base, int index, long key, MemorySegment source,
      long sourceOffset, int payloadLength) {
    int count = count(seg, base);
    Invariant.check(index >= 0 && index <= count, "entry index", index);
    Invariant.check(payloadLength >= 0 && payloadLength <= PAYLOAD_BYTES_MAX, "payload bytes", payloadLength);
    Invariant.check(fits(seg, base, payloadLength), "page has room for payload bytes", payloadLength);
    if (heapStart(seg, base) - indexEnd(count) < ENTRY_BYTES + payloadLength) {
      compact(seg, base);
    }
    long at = entry(base, index);
    MemorySegment.copy(seg, at, seg, at + ENTRY_BYTES, (long) (count - index) * ENTRY_BYTES);
    seg.set(LONG, at, key);
    putShort(seg, base + COUNT_AT, count + 1);
    store(seg, base, index, source, sourceOffset, payloadLength);
  }

  public static void remove(MemorySegment seg, long base, int index) {
    int count = count(seg, base);
    Invariant.check(index >= 0 && index < count, "entry index", index);
    int garbage = garbage(seg, base) + payloadLength(seg, base, index);
    long at = entry(base, index);
    MemorySegment.copy(seg, at + ENTRY_BYTES, seg, at, (long) (count - 1 - index) * ENTRY_BYTES);
    shorten(seg, base, count - 1, garbage);
  }

  /** Gives an entry another payload; the caller has made sure of room. */
  public static void replace(MemorySegment seg, long base, int index, MemorySegment source, long sourceOffset,
      int payloadLength) {
    Invariant.check(index >= 0 && index < count(seg, base), "entry index", index);
    Invariant.check(payloadLength >= 0 && payloadLength <= PAYLOAD_BYTES_MAX, "payload bytes", payloadLength);
    Invariant.check(fitsInstead(seg, base, index, payloadLength), "page has room for payload bytes",
        payloadLength);
    int old = payloadLength(seg, base, index);
    if (payloadLength <= old) {
      int offset = payloadOffset(seg, base, index);
      MemorySegment.copy(source, sourceOffset, seg, base + offset, payloadLength);
      putSlot(seg, base, index, payloadLength == 0 ? 0 : offset, payloadLength);
      putShort(seg, base + GARBAGE_AT, garbage(seg, base) + old - payloadLength);
      return;
    }
    putSlot(seg, base, index, 0, 0);
    putShort(seg, base + GARBAGE_AT, garbage(seg, base) + old);
    if (heapStart(seg, base) - indexEnd(count(seg, base)) < payloadLength) {
      compact(seg, base);
    }
    store(seg, base, index, source, sourceOffset, payloadLength);
  }

  static void putKey(MemorySegment seg, long base, int index, long key) {
    seg.set(LONG, entry(base, index), key);
  }

  /** Moves the entries from an index on to the end of another page of the same level. */
  static void moveTail(MemorySegment seg, long base, int from, MemorySegment toSeg, long toBase) {
    int garbage = garbage(seg, base);
    int count = count(seg, base);
    for (int i = from; i < count; i++) {
      int length = payloadLength(seg, base, i);
      long payload = base + payloadOffset(seg, base, i);
      insert(toSeg, toBase, count(toSeg, toBase), key(seg, base, i), seg, payload, length);
      garbage += length;
    }
    shorten(seg, base, from, garbage);
  }

  /** Whether the header can be trusted as far as lookups rely on it: cheap enough for every visit of a page. */
  static boolean isSound(MemorySegment seg, long base, int length) {
    return getShort(seg, base + MAGIC_AT) == MAGIC && level(seg, base) <= LEVEL_MAX
        && getShort(seg, base + LENGTH_AT) == length && heapStart(seg, base) <= length
        && indexEnd(count(seg, base)) <= heapStart(seg, base)
        && garbage(seg, base) <= length - heapStart(seg, base);
  }

  /** Whether the payload of an entry lies in the heap, and is a block number on an interior page. */
  static boolean isPayloadSound(MemorySegment seg, long base, int index) {
    int offset = payloadOffset(seg, base, index);
    int length = payloadLength(seg, base, index);
    if (level(seg, base) > 0 && length != CHILD_BYTES) {
      return false;
    }
    return length == 0 ? offset == 0
        : length <= PAYLOAD_BYTES_MAX && offset >= heapStart(seg, base)
            && offset + length <= length(seg, base);
  }

  /** Checks every rule of the format on any bytes whatever: the first complaint, or null. Never throws. */
  public static @Nullable String verify(MemorySegment seg, long base, int length) {
    if (length <= HEADER_BYTES || length > LENGTH_MAX || base < 0 || base > seg.byteSize() - length) {
      return "page of " + length + " bytes at " + base + " is outside of its block";
    }
    if (!isSound(seg, base, length)) {
      return "page header is not sound: " + header(seg, base);
    }
    if (seg.get(BYTE, base + FLAGS_AT) != 0 || seg.get(INT, base + RESERVED_AT) != 0) {
      return "reserved bytes of the page header are not zero";
    }
    BitSet used = new BitSet(length);
    int live = 0;
    for (int i = 0; i < count(seg, base); i++) {
      if (i > 0 && Long.compareUnsigned(key(seg, base, i - 1), key(seg, base, i)) >= 0) {
        return "key of entry " + i + " is not greater than the one before";
      }
      if (!isPayloadSound(seg, base, i)) {
        return "payload of entry " + i + " is out of bounds: " + slot(seg, base, i);
      }
      int offset = payloadOffset(seg, base, i);
      int end = offset + payloadLength(seg, base, i);
      int taken = used.nextSetBit(offset);
      if (taken >= 0 && taken < end) {
        return "payload of entry " + i + " overlaps another: " + slot(seg, base, i);
      }
      used.set(offset, end);
      live += end - offset;
    }
    if (live + garbage(seg, base) != length - heapStart(seg, base)) {
      return "payloads take " + live + " bytes, which contradicts the header: " + header(seg, base);
    }
    return null;
  }

  /** The page as text, for people; damaged pages as far as they can be read. Never throws. */
  public static String dump(MemorySegment seg, long base, int length) {
    String complaint = verify(seg, base, length);
    if (base < 0 || base > seg.byteSize() - length || length <= HEADER_BYTES) {
      return complaint + "\n";
    }
    StringBuilder text = new StringBuilder(header(seg, base)).append('\n');
    if (complaint != null) {
      text.append("damaged: ").append(complaint).append('\n');
    }
    int shown = Math.min(count(seg, base), (length - HEADER_BYTES) / ENTRY_BYTES);
    for (int i = 0; i < shown; i++) {
      text.append(i).append(": ").append(slot(seg, base, i));
      if (isSound(seg, base, length) && isPayloadSound(seg, base, i)) {
        text.append(level(seg, base) > 0 ? " -> block " + Long.toUnsignedString(child(seg, base, i)) : "");
      }
      text.append('\n');
    }
    return text.toString();
  }

  static String header(MemorySegment seg, long base) {
    return "magic 0x" + Integer.toHexString(getShort(seg, base + MAGIC_AT)) + " level " + level(seg, base)
        + " count "
        + count(seg, base) + " heapStart " + heapStart(seg, base) + " garbage " + garbage(seg, base)
        + " length "
        + length(seg, base);
  }

  static String slot(MemorySegment seg, long base, int index) {
    return "key " + Long.toUnsignedString(key(seg, base, index)) + " offset "
        + payloadOffset(seg, base, index)
        + " length " + payloadLength(seg, base, index);
  }

  static int length(MemorySegment seg, long base) {
    return getShort(seg, base + LENGTH_AT);
  }

  private static int heapStart(MemorySegment seg, long base) {
    return getShort(seg, base + HEAP_START_AT);
  }

  private static int garbage(MemorySegment seg, long base) {
    return getShort(seg, base + GARBAGE_AT);
  }

  private static int indexEnd(int count) {
    return HEADER_BYTES + count * ENTRY_BYTES;
  }

  private static long entry(long base, int index) {
    return base + HEADER_BYTES + (long) index * ENTRY_BYTES;
  }

  private static void store(MemorySegment seg, long base, int index, MemorySegment source, long sourceOffset,
      int payloadLength) {
    int offset = heapStart(seg, base) - payloadLength;
    MemorySegment.copy(source, sourceOffset, seg, base + offset, payloadLength);
    putShort(seg, base + HEAP_START_AT, offset);
    putSlot(seg, base, index, payloadLength == 0 ? 0 : offset, payloadLength);
  }

  private static void shorten(MemorySegment seg, long base, int count, int garbage) {
    putShort(seg, base + COUNT_AT, count);
    putShort(seg, base + GARBAGE_AT, count == 0 ? 0 : garbage);
    if (count == 0) {
      putShort(seg, base + HEAP_START_AT, length(seg, base));
    }
  }

  /** Closes the holes between payloads. Works from a copy: the only order needed is then that of the index. */
  private static void compact(MemorySegment seg, long base) {
    int length = length(seg, base);
    MemorySegment copy = MemorySegment.ofArray(new byte[length]);
    MemorySegment.copy(seg, base, copy, 0, length);
    int heap = length;
    for (int i = 0; i < count(seg, base); i++) {
      int payloadLength = payloadLength(seg, base, i);
      if (payloadLength > 0) {
        heap -= payloadLength;
        MemorySegment.copy(copy, payloadOffset(seg, base, i), seg, base + heap, payloadLength);
        putSlot(seg, base, i, heap, payloadLength);
      }
    }
    putShort(seg, base + HEAP_START_AT, heap);
    putShort(seg, base + GARBAGE_AT, 0);
  }

  private static void putSlot(MemorySegment seg, long base, int index, int offset, int length) {
    putShort(seg, entry(base, index) + OFFSET_IN_ENTRY, offset);
    putShort(seg, entry(base, index) + LENGTH_IN_ENTRY, length);
  }

  private static int getShort(MemorySegment seg, long at) {
    return seg.get(SHORT, at) & 0xffff;
  }

  private static void putShort(MemorySegment seg, long at, int value) {
    seg.set(SHORT, at, (short) value);
  }
}
