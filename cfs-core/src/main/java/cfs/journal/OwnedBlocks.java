package cfs.journal;

import cfs.format.BlockHeader;
import cfs.format.BlockType;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The cached metadata blocks of one owner (an inode or an allocation group); valid while its cluster lock is held. */
public final class OwnedBlocks {
  private final long owner;
  private final BlockStore store;
  private final ConcurrentHashMap<Long, MetaBlock> blocks = new ConcurrentHashMap<>();

  /** Last transaction that changed any of them; what must be durable before the lock goes. */
  volatile long changedSequence;

  public OwnedBlocks(long owner, BlockStore store) {
    this.owner = owner;
    this.store = store;
  }

  public long owner() {
    return owner;
  }

  public long changedSequence() {
    return changedSequence;
  }

  /** From memory or from the LUN, checked. */
  public MetaBlock get(long block, BlockType type) {
    MetaBlock cached = blocks.get(block);
    if (cached != null) {
      return cached;
    }
    MetaBlock read = new MetaBlock(block, store.read(block, type, owner));
    MetaBlock other = blocks.putIfAbsent(block, read);
    return other != null ? other : read;
  }

  public @Nullable MetaBlock cached(long block) {
    return blocks.get(block);
  }

  /**
   * A block that was allocated in this transaction, zeroed but for its header.
   *
   * @param version first version, above the group's floor
   */
  public MetaBlock create(Transaction tx, long block, BlockType type, long version, long birthEpoch) {
    MetaBlock fresh = new MetaBlock(block, new byte[BlockHeader.BLOCK]);
    // One below, since the first change in the transaction raises it.
    BlockHeader.init(fresh.image(), type, block, store.volume(), owner, version - 1, birthEpoch);
    blocks.put(block, fresh);
    tx.change(this, fresh);
    return fresh;
  }

  /** The block was freed in the caller's transaction; its older images stay wanted until that is durable. */
  public void freed(Transaction tx, MetaBlock block) {
    blocks.remove(block.block(), block);
    tx.onDurable(() -> block.freed = true);
  }

  /** Not kept after all: its content turned out damaged. */
  public void forget(MetaBlock block) {
    blocks.remove(block.block(), block);
  }

  Collection<MetaBlock> all() {
    return blocks.values();
  }

  public int count() {
    return blocks.size();
  }

  /** Forgets everything; after {@link Journal#settle}, when the cluster lock goes. */
  public void clear() {
    blocks.clear();
  }
}
