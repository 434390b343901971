package cfs.journal;

import cfs.error.CorruptionException;
import cfs.format.BlockHeader;
import cfs.format.BlockType;
import cfs.format.JournalDescriptor;
import cfs.format.JournalDescriptor.Entry;
import cfs.format.SlotRecord;
import cfs.port.ResourceKind;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Brings the log of a dead host into place. Runs while its former owner is fenced and no new lock is granted, or offline.
 *
 * <p>Rule per logged block, newest image only: if a live host holds the owner's lock, the dead host had handed it over and the
 * image is stale; else it is applied where the block in place is damaged or has a smaller version. Idempotent and safe to
 * repeat from any point, since versions only grow and the log is emptied last.
 */
public final class Replay {
  /**
   * A damaged block may be a live host's write under way (a freed and reused block has another owner than the one that was
   * asked for). So many reads outlast a single write of 4 KiB; a torn block stays as it is.
   */
  private static final int TORN_READS = 200;

  /** Whether a live host holds the lock that protects a logged block. */
  public interface LiveHolder {
    boolean holds(ResourceKind kind, long id);

    /** Offline: nobody is alive. */
    LiveHolder NOBODY = (kind, id) -> false;
  }

  /** What a replay did, for the log and for people. */
  public record Result(int transactions, int applied, int newerInPlace, int heldByOthers) {}

  private record Logged(Entry entry, byte[] image) {}

  private final BlockStore store;
  private final SlotRecord slot;
  private final LogRing ring;

  public Replay(BlockStore store, SlotRecord slot) {
    this.store = store;
    this.slot = slot;
    this.ring = LogRing.open(store, slot);
  }

  /** Number of transactions that wait to be replayed; reads only. */
  public int pending() {
    int count = 0;
    long position = ring.head();
    for (long sequence = ring.nextSequence();; sequence++, count++) {
      List<Logged> read = transaction(position, sequence);
      if (read == null) {
        return count;
      }
      position += JournalDescriptor.blocks(read.size());
    }
  }

  public Result run(LiveHolder live) {
    TreeMap<Long, Logged> newest = new TreeMap<>();
    long position = ring.head();
    long sequence = ring.nextSequence();
    long first = sequence;
    while (true) {
      List<Logged> read = transaction(position, sequence);
      if (read == null) {
        break;
      }
      read.forEach(l -> newest.merge(l.entry().block(), l, Replay::newer));
      position += JournalDescriptor.blocks(read.size());
      sequence++;
    }
    int applied = 0;
    int newerInPlace = 0;
    int held = 0;
    for (Logged l : newest.values()) {
      BlockType type = BlockType.ofCode(l.entry().type());
      if (type != null && live.holds(type.ownerKind(), l.entry().owner())) {
        held++;
      } else if (wanted(l.entry())) {
        store.write(l.entry().block(), l.image());
        applied++;
      } else {
        newerInPlace++;
      }
    }
    if (sequence > first) {
      store.device().flush();
      ring.advanceTail(sequence, position);
    }
    return new Result((int) (sequence - first), applied, newerInPlace, held);
  }

  private static Logged newer(Logged a, Logged b) {
    return Long.compareUnsigned(b.entry().version(), a.entry().version()) > 0 ? b : a;
  }

  private boolean wanted(Entry entry) {
    for (int read = 0; read < TORN_READS; read++) {
      byte[] bytes = store.readRaw(entry.block());
      MemorySegment image = MemorySegment.ofArray(bytes);
      boolean newer = Long.compareUnsigned(BlockHeader.version(image), entry.version()) >= 0;
      if (BlockHeader.complaint(bytes, entry.block(), store.volume()) == null) {
        return !newer;
      }
      if (BlockHeader.headerSane(image, entry.block(), store.volume())
          && Long.compareUnsigned(BlockHeader.version(image), entry.version()) > 0) {
        return false; // The head of a newer image arrived: its writer is alive, or its own log has it.
      }
    }
    return true;
  }

  /** The images of one whole transaction, or null where the log ends. */
  private @Nullable List<Logged> transaction(long position, long sequence) {
    byte[] head = ringBlock(position, BlockType.JOURNAL_DESCRIPTOR, sequence);
    if (head == null) {
      return null;
    }
    int count = JournalDescriptor.images(MemorySegment.ofArray(head));
    if (count < 0 || JournalDescriptor.blocks(count) > ring.capacityBlocks()) {
      return null;
    }
    CRC32C crc = new CRC32C();
    List<Entry> entries = new ArrayList<>(count);
    int descriptors = JournalDescriptor.descriptors(count);
    for (int d = 0; d < descriptors; d++) {
      byte[] block = ringBlock(position + d, BlockType.JOURNAL_DESCRIPTOR, sequence);
      if (block == null) {
        return null;
      }
      crc.update(block);
      int here = Math.min(count - d * JournalDescriptor.ENTRIES, JournalDescriptor.ENTRIES);
      for (int i = 0; i < here; i++) {
        entries.add(JournalDescriptor.entry(MemorySegment.ofArray(block), i));
      }
    }
    List<Logged> read = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      byte[] image = store.readRaw(ring.place(position + descriptors + i));
      crc.update(image);
      read.add(new Logged(entries.get(i), image));
    }
    byte[] commit = ringBlock(position + descriptors + count, BlockType.JOURNAL_COMMIT, sequence);
    if (commit == null || JournalDescriptor.crc(MemorySegment.ofArray(commit)) != (int) crc.getValue()) {
      return null;
    }
    for (Logged l : read) {
      String complaint = BlockHeader.complaint(l.image(), l.entry().block(), store.volume());
      if (complaint != null || !store.geometry().contains(l.entry().block(), 1)) {
        throw new CorruptionException(
            l.entry().block(), "a whole image in the journal of slot " + slot.slot(),
            String.valueOf(complaint));
      }
    }
    return read;
  }

  private byte @Nullable [] ringBlock(long position, BlockType type, long sequence) {
    long place = ring.place(position);
    byte[] bytes = store.readRaw(place);
    MemorySegment image = MemorySegment.ofArray(bytes);
    boolean good = BlockHeader.complaint(bytes, place, store.volume()) == null
        && BlockHeader.type(image) == type
        && BlockHeader.owner(image) == slot.slot()
        && BlockHeader.version(image) == sequence;
    return good ? bytes : null;
  }
}
