package cfs.alloc;

import static cfs.format.Fields.getInt;
import static cfs.format.Fields.getLong;
import static cfs.format.Fields.putInt;
import static cfs.format.Fields.putLong;

import cfs.error.Invariant;
import cfs.format.BlockHeader;
import cfs.format.BlockType;
import cfs.format.ChunkMap;
import cfs.format.Formatter;
import cfs.format.Geometry;
import cfs.format.GroupHeader;
import cfs.format.GroupTables;
import cfs.journal.BlockStore;
import cfs.journal.Journal;
import cfs.journal.MetaBlock;
import cfs.journal.OwnedBlocks;
import cfs.journal.Transaction;
import cfs.port.ClusterLock;
import cfs.port.LockMode;
import cfs.port.LockSpace;
import cfs.port.ResourceKind;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * One allocation group. All methods need its cluster lock in EX and {@link #local}, both taken by {@link Allocator}.
 *
 * <p>Invariants: a chunk's free count equals its clear bits; the header's sums equal those of the maps; a block freed in a
 * transaction that is not durable ({@code busy}) is not handed out, since a crash would give it back to its old owner; a chunk
 * that became METADATA stays so, thus versions of metadata blocks can always be compared.
 */
public final class Group {
  private static final int REJECTIONS_MAX = 16;

  private final long number;
  private final ClusterLock lock;
  private final BlockStore store;
  private final Geometry geometry;
  private final OwnedBlocks blocks;
  private final BitSet busy = new BitSet();

  /** Became durable since the last {@link #refresh}; guarded by itself, since the committing thread fills it. */
  private final BitSet settled = new BitSet();

  final ReentrantLock local = new ReentrantLock();

  private @Nullable MetaBlock header;
  private MetaBlock[] maps = new MetaBlock[0];
  private int dataRotor;
  private int metadataRotor;

  /** Free blocks when last seen; a hint for choosing groups and for statfs. -1 = unknown. */
  private volatile long freeHint = -1;

  Group(long number, ClusterLock lock, BlockStore store) {
    this.number = number;
    this.lock = lock;
    this.store = store;
    this.geometry = store.geometry();
    this.blocks = new OwnedBlocks(number, store);
  }

  /** A group for the one who makes a journal and has no allocator yet; its locks are held until {@link #release}. */
  public static Group lockAlone(long number, LockSpace locks, BlockStore store) {
    Group group = new Group(number, locks.lock(ResourceKind.GROUP, number), store);
    group.lock.acquire(LockMode.EX);
    group.local.lock();
    return group;
  }

  public void release() {
    local.unlock();
    lock.release(LockMode.EX);
  }

  public long number() {
    return number;
  }

  public boolean isUsed(long block) {
    int c = geometry.chunkOf(block);
    return ChunkMap.used(map(c).image(), c, (int) (block % Geometry.CHUNK_BLOCKS));
  }

  public boolean contains(long block) {
    return geometry.groupOf(block) == number;
  }

  ClusterLock lock() {
    return lock;
  }

  OwnedBlocks blocks() {
    return blocks;
  }

  long freeHint() {
    return freeHint;
  }

  /** Reads the tables, or makes them when the group was never used; not inside a transaction. */
  public void load(Journal journal) {
    if (header != null) {
      return;
    }
    byte[] raw = store.readRaw(geometry.headerBlock(number));
    if (MemorySegment.ofArray(raw).mismatch(MemorySegment.ofArray(new byte[raw.length])) < 0) {
      initialise(journal);
      return;
    }
    MetaBlock head = blocks.get(geometry.headerBlock(number), BlockType.GROUP_HEADER);
    maps = new MetaBlock[geometry.mapBlocks()];
    for (int i = 0; i < maps.length; i++) {
      maps[i] = blocks.get(geometry.headerBlock(number) + 1 + i, BlockType.CHUNK_MAP);
    }
    header = head;
    freeHint = getLong(head.image(), GroupHeader.FREE_BLOCKS);
  }

  private void initialise(Journal journal) {
    long epoch = Formatter.FIRST_EPOCH;
    Invariant.check(number > 0, "group 0 is made by format");
    try (Transaction tx = journal.begin(1 + geometry.mapBlocks())) {
      MetaBlock head = blocks.create(tx, geometry.headerBlock(number), BlockType.GROUP_HEADER, 1, epoch);
      fill(head, GroupTables.header(geometry, store.volume(), number, 1, epoch));
      maps = new MetaBlock[geometry.mapBlocks()];
      for (int i = 0; i < maps.length; i++) {
        maps[i] = blocks.create(tx, geometry.headerBlock(number) + 1 + i, BlockType.CHUNK_MAP, 1, epoch);
        fill(maps[i], GroupTables.map(geometry, store.volume(), number, i, 1, epoch));
      }
      header = head;
      freeHint = getLong(head.image(), GroupHeader.FREE_BLOCKS);
    }
  }

  private static void fill(MetaBlock block, byte[] tables) {
    int payload = BlockHeader.BLOCK - BlockHeader.BYTES;
    MemorySegment.copy(MemorySegment.ofArray(tables), BlockHeader.BYTES, block.image(), BlockHeader.BYTES,
        payload);
  }

  /** Forgets the tables; after they were settled, when the cluster lock goes. */
  public void forget() {
    header = null;
    maps = new MetaBlock[0];
    blocks.clear();
    refresh();
    Invariant.check(busy.isEmpty(), "a group is forgotten with blocks whose freeing is not durable", number);
  }

  /** Chunks that data leaves alone, so that metadata can still be made on a full volume and files can be deleted. */
  private int reservedChunks() {
    return Math.max(1, chunks() / 64);
  }

  /** Whether it can give at least one run of data blocks. */
  boolean servesData() {
    return findData(-1, 1) != null;
  }

  /** Free blocks of a chunk that are not busy. */
  private int allocatable(int chunk) {
    int free = ChunkMap.freeBlocks(map(chunk).image(), chunk);
    int base = chunk * Geometry.CHUNK_BLOCKS;
    return free - busy.get(base, base + Geometry.CHUNK_BLOCKS).cardinality();
  }

  /**
   * A free metadata block that {@code usable} accepts, near the goal if that is in this group; not taken yet. -1 when there is
   * none or the first {@value #REJECTIONS_MAX} were refused.
   */
  public long findMetadata(long goal, LongPredicate usable) {
    int first = goal >= 0 && geometry.groupOf(goal) == number ? geometry.chunkOf(goal) : metadataRotor;
    int rejected = 0;
    for (int i = 0; i < chunks(); i++) {
      int c = (first + i) % chunks();
      if (type(c) == ChunkMap.METADATA && ChunkMap.freeBlocks(map(c).image(), c) > 0) {
        for (int b = 0; b < Geometry.CHUNK_BLOCKS && rejected < REJECTIONS_MAX; b++) {
          if (free(c, b)) {
            if (usable.test(geometry.chunkStart(number, c) + b)) {
              metadataRotor = c;
              return geometry.chunkStart(number, c) + b;
            }
            rejected++;
          }
        }
      }
    }
    return -1;
  }

  /** Turns a free chunk into a metadata chunk: zeroed, so that no stale content passes for a metadata block. */
  private boolean addMetadataChunk(Transaction tx) {
    for (int c = 0; c < chunks(); c++) {
      if (type(c) == ChunkMap.FREE && allocatable(c) == Geometry.CHUNK_BLOCKS) {
        store.device().writeZeroes(geometry.chunkStart(number, c) * BlockHeader.BLOCK, Geometry.CHUNK_BYTES);
        setType(tx, c, ChunkMap.METADATA);
        metadataRotor = c;
        return true;
      }
    }
    return false;
  }

  /**
   * Makes sure that so many metadata blocks are free without another chunk, so that no change has to stop half-way; not inside
   * a transaction. False when the group cannot.
   */
  boolean prepareMetadata(Journal journal, int count) {
    while (freeMetadataBlocks(count) < count) {
      boolean[] added = {false};
      journal.run(4, tx -> added[0] = addMetadataChunk(tx));
      if (!added[0]) {
        return false;
      }
    }
    return true;
  }

  private int freeMetadataBlocks(int enough) {
    int found = 0;
    for (int c = 0; c < chunks() && found < enough; c++) {
      if (type(c) == ChunkMap.METADATA) {
        found += allocatable(c);
      }
    }
    return found;
  }

  /** Takes a block found by {@link #findMetadata}; answers the version it starts with. */
  public long takeMetadata(Transaction tx, long block) {
    Invariant.check(type(geometry.chunkOf(block)) == ChunkMap.METADATA, "metadata outside of its chunks",
        block);
    mark(tx, block, 1, true);
    return getLong(head().image(), GroupHeader.VERSION_FLOOR) + 1;
  }

  /** A free metadata block near the goal, of those that were prepared; not taken yet. */
  public long newMetadata(long goal) {
    long found = findMetadata(goal, b -> true);
    Invariant.check(found >= 0, "more metadata blocks are used than were prepared in group", number);
    return found;
  }

  /** Up to {@code count} neighbouring data blocks, at the goal if it is free; null when the group has none for data. */
  public @Nullable Run allocateData(Transaction tx, long goal, int count) {
    Run run = findData(goal, count);
    if (run == null) {
      return null;
    }
    for (int c = geometry.chunkOf(run.start()); c <= geometry.chunkOf(run.end() - 1); c++) {
      if (type(c) == ChunkMap.FREE) {
        setType(tx, c, ChunkMap.DATA);
      }
    }
    mark(tx, run.start(), run.count(), true);
    dataRotor = geometry.chunkOf(run.end() - 1);
    return run;
  }

  private @Nullable Run findData(long goal, int count) {
    int spare = getInt(head().image(), GroupHeader.FREE_CHUNKS) - reservedChunks();
    if (goal >= 0 && geometry.groupOf(goal) == number && dataChunk(geometry.chunkOf(goal), spare)) {
      Run atGoal = runAt(goal, count, spare);
      if (atGoal.count() > 0) {
        return atGoal;
      }
    }
    Run best = null;
    for (int pass = 0; pass < 2 && (best == null || best.count() < count); pass++) {
      // Small pieces fill chunks in use first, large ones start in fresh chunks.
      boolean fresh = (pass == 0) == count >= Geometry.CHUNK_BLOCKS / 4;
      for (int i = 0; i < chunks() && (best == null || best.count() < count); i++) {
        int c = (dataRotor + i) % chunks();
        if (dataChunk(c, spare) && fresh == (type(c) == ChunkMap.FREE) && allocatable(c) > 0) {
          best = longer(best, longestRun(c, count, spare));
        }
      }
    }
    return best == null || best.count() == 0 ? null : best;
  }

  private static Run longer(@Nullable Run a, Run b) {
    return a == null || b.count() > a.count() ? b : a;
  }

  private boolean dataChunk(int c, int spare) {
    return type(c) == ChunkMap.DATA || type(c) == ChunkMap.FREE && spare > 0;
  }

  private Run longestRun(int chunk, int count, int spare) {
    Run best = new Run(geometry.chunkStart(number, chunk), 0);
    for (int b = 0; b < Geometry.CHUNK_BLOCKS; b++) {
      if (free(chunk, b)) {
        Run run = runAt(geometry.chunkStart(number, chunk) + b, count, spare);
        if (run.count() > best.count()) {
          best = run;
        }
        if (best.count() >= count) {
          return best;
        }
        b += run.count();
      }
    }
    return best;
  }

  /** Free blocks from here on, over chunk borders, taking at most {@code spare} chunks that were free. */
  private Run runAt(long start, int count, int spare) {
    int length = 0;
    int fresh = 0;
    while (length < count && geometry.groupOf(start + length) == number) {
      int c = geometry.chunkOf(start + length);
      int b = (int) ((start + length) % Geometry.CHUNK_BLOCKS);
      if (c >= chunks()) {
        break;
      }
      if (type(c) == ChunkMap.FREE && (b == 0 || length == 0) && ++fresh > spare) {
        break;
      }
      if (type(c) != ChunkMap.FREE && type(c) != ChunkMap.DATA || !free(c, b)) {
        break;
      }
      length++;
    }
    return new Run(start, length);
  }

  /** Where {@link #allocateJournal} will find its chunks, read from the LUN before there is a journal. */
  public @Nullable Run freeChunksInPlace(int chunkCount) {
    byte[] raw = store.readRaw(geometry.headerBlock(number));
    boolean unused = MemorySegment.ofArray(raw).mismatch(MemorySegment.ofArray(new byte[raw.length])) < 0;
    int found = 0;
    for (int c = 0; c < chunks(); c++) {
      int type = GroupTables.initialType(number, c);
      if (!unused) {
        type = ChunkMap.type(blocks.get(geometry.mapBlock(number, c), BlockType.CHUNK_MAP).image(), c);
      }
      found = type == ChunkMap.FREE ? found + 1 : 0;
      if (found == chunkCount) {
        return new Run(geometry.chunkStart(number, c - chunkCount + 1), chunkCount * Geometry.CHUNK_BLOCKS);
      }
    }
    return null;
  }

  /** Takes whole neighbouring free chunks for a journal; null when there is no such run. */
  public @Nullable Run allocateJournal(Transaction tx, int chunkCount) {
    int found = 0;
    for (int c = 0; c < chunks(); c++) {
      found = type(c) == ChunkMap.FREE && allocatable(c) == Geometry.CHUNK_BLOCKS ? found + 1 : 0;
      if (found == chunkCount) {
        Run run = new Run(geometry.chunkStart(number, c - chunkCount + 1),
            chunkCount * Geometry.CHUNK_BLOCKS);
        for (int k = c - chunkCount + 1; k <= c; k++) {
          setType(tx, k, ChunkMap.JOURNAL);
        }
        mark(tx, run.start(), run.count(), true);
        return run;
      }
    }
    return null;
  }

  /** Frees data blocks; they can be used again once the transaction is durable. */
  public void freeData(Transaction tx, Run run) {
    mark(tx, run.start(), run.count(), false);
    for (int c = geometry.chunkOf(run.start()); c <= geometry.chunkOf(run.end() - 1); c++) {
      if (type(c) == ChunkMap.DATA && ChunkMap.freeBlocks(map(c).image(), c) == Geometry.CHUNK_BLOCKS) {
        setType(tx, c, ChunkMap.FREE);
      }
    }
  }

  /** Frees a metadata block that had this version. */
  public void freeMetadata(Transaction tx, long block, long version) {
    mark(tx, block, 1, false);
    long floor = getLong(head().image(), GroupHeader.VERSION_FLOOR);
    putLong(head().image(), GroupHeader.VERSION_FLOOR, Math.max(floor, version));
  }

  private void setType(Transaction tx, int chunk, int type) {
    int old = type(chunk);
    tx.change(blocks, head());
    tx.change(blocks, map(chunk));
    ChunkMap.type(map(chunk).image(), chunk, type);
    int delta = (type == ChunkMap.FREE ? 1 : 0) - (old == ChunkMap.FREE ? 1 : 0);
    putInt(
        head().image(), GroupHeader.FREE_CHUNKS, getInt(head().image(), GroupHeader.FREE_CHUNKS) + delta);
  }

  private void mark(Transaction tx, long start, int count, boolean used) {
    tx.change(blocks, head());
    for (int i = 0; i < count; i++) {
      long block = start + i;
      int c = geometry.chunkOf(block);
      int b = (int) (block % Geometry.CHUNK_BLOCKS);
      MetaBlock map = map(c);
      tx.change(blocks, map);
      Invariant.check(ChunkMap.used(map.image(), c, b) != used, "a block allocated or freed twice", block);
      ChunkMap.used(map.image(), c, b, used);
      ChunkMap.freeBlocks(map.image(), c, ChunkMap.freeBlocks(map.image(), c) + (used ? -1 : 1));
    }
    long free = getLong(head().image(), GroupHeader.FREE_BLOCKS) + (used ? -count : count);
    putLong(head().image(), GroupHeader.FREE_BLOCKS, free);
    freeHint = free;
    if (!used) {
      int from = (int) (start % geometry.groupBlocks());
      busy.set(from, from + count);
      tx.onDurable(() -> idle(from, count));
    }
  }

  private void idle(int from, int count) {
    synchronized (settled) {
      settled.set(from, from + count);
    }
  }

  private boolean free(int chunk, int index) {
    if (ChunkMap.used(map(chunk).image(), chunk, index)) {
      return false;
    }
    return !busy.get(chunk * Geometry.CHUNK_BLOCKS + index);
  }

  /** Takes over what became durable since; called with the local lock at the start of each use. */
  void refresh() {
    synchronized (settled) {
      busy.andNot(settled);
      settled.clear();
    }
  }

  private int type(int chunk) {
    return ChunkMap.type(map(chunk).image(), chunk);
  }

  private int chunks() {
    return geometry.chunksOf(number);
  }

  private MetaBlock map(int chunk) {
    return maps[chunk / ChunkMap.ENTRIES];
  }

  private MetaBlock head() {
    MetaBlock h = header;
    if (h == null) {
      throw new IllegalStateException("group " + number + " is used before it is loaded");
    }
    return h;
  }
}
