package cfs.journal;

import cfs.error.CorruptionException;
import cfs.error.Invariant;
import cfs.format.BlockHeader;
import cfs.format.BlockType;
import cfs.format.JournalDescriptor;
import cfs.format.JournalHeader;
import cfs.format.SlotRecord;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The ring of blocks behind a journal. Positions count blocks since the first use and never wrap; a position's place in the
 * ring is its remainder. Appending is done by one thread at a time, {@link #advanceTail} by another.
 */
final class LogRing {
  private static final int STAGING_BLOCKS = 256;

  private final BlockStore store;
  private final SlotRecord slot;
  private final long capacity;
  private final MemorySegment staging = BlockStore.aligned((long) STAGING_BLOCKS * BlockHeader.BLOCK);

  private long headerVersion;
  private long nextSequence;
  private volatile long head;
  private volatile long tail;

  private LogRing(BlockStore store, SlotRecord slot, long headerVersion, JournalHeader header) {
    this.store = store;
    this.slot = slot;
    this.capacity = (long) slot.journalBlocks() - JournalHeader.COPIES;
    this.headerVersion = headerVersion;
    this.nextSequence = header.tailSequence();
    this.tail = header.tailPosition();
    this.head = tail;
  }

  static LogRing open(BlockStore store, SlotRecord slot) {
    byte[] newest = newestHeader(store, slot);
    MemorySegment image = MemorySegment.ofArray(newest);
    return new LogRing(store, slot, BlockHeader.version(image), JournalHeader.read(image));
  }

  /** Writes the header of an empty log; nothing points to it yet. */
  static void format(BlockStore store, SlotRecord slot) {
    LogRing ring = new LogRing(store, slot, 0, new JournalHeader(slot.slot(), 1, 0));
    ring.writeHeader(1, 0);
    ring.writeHeader(1, 0);
  }

  private static byte[] newestHeader(BlockStore store, SlotRecord slot) {
    byte @Nullable [] best = null;
    for (int copy = 0; copy < JournalHeader.COPIES; copy++) {
      byte[] bytes = store.readRaw(slot.journalBlock() + copy);
      MemorySegment image = MemorySegment.ofArray(bytes);
      if (BlockHeader.complaint(bytes, slot.journalBlock() + copy, store.volume()) == null
          && BlockHeader.type(image) == BlockType.JOURNAL_HEADER
          && BlockHeader.owner(image) == slot.slot()
          && (best == null
              || BlockHeader.version(image) > BlockHeader.version(MemorySegment.ofArray(best)))) {
        best = bytes;
      }
    }
    if (best == null) {
      throw new CorruptionException(slot.journalBlock(), "the journal header of slot " + slot.slot(),
          "two damaged copies");
    }
    return best;
  }

  long nextSequence() {
    return nextSequence;
  }

  long capacityBlocks() {
    return capacity;
  }

  long head() {
    return head;
  }

  long tail() {
    return tail;
  }

  long freeBlocks() {
    return capacity - (head - tail);
  }

  /** Ring blocks that a transaction of so many images takes. */
  int reserve(int images) {
    return JournalDescriptor.blocks(images);
  }

  /** Writes one transaction at the head; durable after the caller's flush. */
  void append(long sequence, List<byte[]> images) {
    Invariant.check(sequence == nextSequence, "log sequence", sequence);
    Invariant.check(JournalDescriptor.blocks(images.size()) <= freeBlocks(), "log overrun", images.size());
    CRC32C crc = new CRC32C();
    Stager out = new Stager(head);
    int descriptors = JournalDescriptor.descriptors(images.size());
    for (int d = 0; d < descriptors; d++) {
      byte[] block = ringBlock(BlockType.JOURNAL_DESCRIPTOR, head + d, sequence);
      MemorySegment image = MemorySegment.ofArray(block);
      JournalDescriptor.head(image, sequence, images.size());
      int from = d * JournalDescriptor.ENTRIES;
      int to = Math.min(images.size(), from + JournalDescriptor.ENTRIES);
      for (int i = from; i < to; i++) {
        MemorySegment logged = MemorySegment.ofArray(images.get(i));
        BlockType type = BlockHeader.type(logged);
        Invariant.check(type != null, "a logged block without a type", BlockHeader.block(logged));
        JournalDescriptor.entry(
            image,
            i - from,
            new JournalDescriptor.Entry(
                BlockHeader.block(logged),
                BlockHeader.owner(logged),
                BlockHeader.version(logged),
                type == null ? 0 : type.code()));
      }
      BlockHeader.seal(block);
      crc.update(block);
      out.add(block);
    }
    for (byte[] image : images) {
      crc.update(image);
      out.add(image);
    }
    byte[] commit = ringBlock(BlockType.JOURNAL_COMMIT, head + descriptors + images.size(), sequence);
    JournalDescriptor.head(MemorySegment.ofArray(commit), sequence, images.size());
    JournalDescriptor.crc(MemorySegment.ofArray(commit), (int) crc.getValue());
    BlockHeader.seal(commit);
    out.add(commit);
    out.finish();
    head = out.position;
    nextSequence = sequence + 1;
  }

  private byte[] ringBlock(BlockType type, long position, long sequence) {
    byte[] block = new byte[BlockHeader.BLOCK];
    BlockHeader.init(
        MemorySegment.ofArray(block), type, place(position), store.volume(), slot.slot(), sequence, 0);
    return block;
  }

  /** Volume block of a position. */
  long place(long position) {
    return slot.journalBlock() + JournalHeader.COPIES + position % capacity;
  }

  /** The log starts here from now on. In-place writes up to here were flushed; returns when the new start is durable. */
  void advanceTail(long sequence, long position) {
    writeHeader(sequence, position);
    store.device().flush();
    tail = position;
  }

  private void writeHeader(long sequence, long position) {
    headerVersion++;
    long block = slot.journalBlock() + headerVersion % JournalHeader.COPIES;
    byte[] bytes = new byte[BlockHeader.BLOCK];
    MemorySegment image = MemorySegment.ofArray(bytes);
    BlockHeader.init(
        image, BlockType.JOURNAL_HEADER, block, store.volume(), slot.slot(), headerVersion, 0);
    new JournalHeader(slot.slot(), sequence, position).write(image);
    BlockHeader.seal(bytes);
    store.write(block, bytes);
  }

  /** Gathers ring blocks into large sequential writes; a run ends at the ring's end or when the staging buffer is full. */
  private final class Stager {
    private long position;
    private long runStart;
    private int staged;

    Stager(long position) {
      this.position = position;
      this.runStart = position;
    }

    void add(byte[] block) {
      if (staged == STAGING_BLOCKS || staged > 0 && position % capacity == 0) {
        finish();
      }
      MemorySegment.copy(
          block, 0, staging, ValueLayout.JAVA_BYTE, (long) staged * BlockHeader.BLOCK, BlockHeader.BLOCK);
      staged++;
      position++;
    }

    void finish() {
      if (staged > 0) {
        store
            .device()
            .write(place(runStart) * BlockHeader.BLOCK, staging, 0, (long) staged * BlockHeader.BLOCK);
      }
      runStart = position;
      staged = 0;
    }
  }
}
