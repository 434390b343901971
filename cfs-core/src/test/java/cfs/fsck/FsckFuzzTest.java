package cfs.fsck;

import static cfs.format.Fields.putInt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import cfs.format.BlockHeader;
import cfs.format.BlockType;
import cfs.format.ChunkMap;
import cfs.format.Geometry;
import cfs.format.InodeRecord;
import cfs.fs.Attributes;
import cfs.fs.TestHost;
import cfs.journal.BlockStore;
import cfs.port.MemoryDevice;
import cfs.port.SharedLocks;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Damages every kind of metadata block at random. Whatever comes: no exception, bounded time, what one repair leaves as clean
 * is clean, and what is reported as repaired stays so.
 */
class FsckFuzzTest {
  private static final int ROUNDS = Integer.getInteger("cfs.fuzz.rounds", 40);
  private static final long SEED = Long.getLong("cfs.seed", 31);

  enum Damage {
    FLIPPED_BITS,
    /** The checksum is put right: a bug of CFS or an attacker, not rot. */
    FLIPPED_AND_SEALED,
    ZEROED,
    SWAPPED,
    /** Several at once. */
    MIXED
  }

  private static ImageBuilder build() {
    ImageBuilder image = new ImageBuilder();
    long dir = image.directory(image.root, "dir");
    long below = image.directory(dir, "below");
    for (int i = 0; i < 60; i++) {
      image.file(i % 3 == 0 ? below : dir, "some-name-that-takes-space-" + i);
    }
    for (int i = 0; i < 4; i++) {
      long file = image.inode(Attributes.REGULAR | 0644, 1, InodeRecord.EXTENTS, 1 << 20);
      for (int e = 0; e < 70; e++) {
        image.extent(file, e * 3L, image.allocate(2, 1, ChunkMap.DATA), 1, e & 1);
      }
      image.link(below, "extents-" + i, file);
      image.xattr(file, "user.large", 4000 + i);
    }
    image.symlink(dir, "link", "../elsewhere");
    long orphans = image.slot(0);
    long orphan = image.inode(Attributes.REGULAR | 0644, 0, InodeRecord.INLINE, 0);
    image.orphan(orphans, orphan);
    return image;
  }

  private static List<Long> metadata(ImageBuilder image) {
    List<Long> blocks = new ArrayList<>();
    for (long b = 0; b < image.geometry.totalBlocks(); b++) {
      byte[] bytes = image.store.readRaw(b);
      if (BlockHeader.complaint(bytes, b, image.superblock.volume()) == null) {
        blocks.add(b);
      }
    }
    return blocks;
  }

  private static void damage(BlockStore store, List<Long> blocks, Damage how, Random random) {
    long block = blocks.get(random.nextInt(blocks.size()));
    byte[] bytes = store.readRaw(block);
    switch (how) {
      case FLIPPED_BITS -> flip(bytes, random);
      case FLIPPED_AND_SEALED -> {
        flip(bytes, random);
        BlockHeader.seal(bytes);
      }
      case ZEROED -> bytes = new byte[BlockHeader.BLOCK];
      case SWAPPED -> {
        long other = blocks.get(random.nextInt(blocks.size()));
        byte[] second = store.readRaw(other);
        store.write(other, bytes);
        bytes = second;
      }
      case MIXED -> {
        for (int i = 0; i < 5; i++) {
          damage(store, blocks, Damage.values()[random.nextInt(Damage.MIXED.ordinal())], random);
        }
        return;
      }
    }
    store.write(block, bytes);
  }

  /** One to eight changes, mostly where the record is, often to extreme values. */
  private static void flip(byte[] bytes, Random random) {
    MemorySegment image = MemorySegment.ofArray(bytes);
    int changes = 1 + random.nextInt(8);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(4) > 0 ? random.nextInt(320) : random.nextInt(bytes.length - 8);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> putInt(image, at, random.nextBoolean() ? -1 : Integer.MIN_VALUE);
        case 2 -> putInt(image, at, random.nextInt(4096));
        default -> bytes[at] = (byte) random.nextInt(256);
      }
    }
  }

  private static FsckReport check(MemoryDevice device, RepairLevel level) {
    return Fsck.check(device, new FsckOptions(level, 5000, 9), FsckProgress.NONE);
  }

  @ParameterizedTest
  @EnumSource(Damage.class)
  void damageEndsInFindings(Damage how) {
    ImageBuilder image = build();
    List<Long> blocks = metadata(image);
    assertThat(check(image.device, RepairLevel.NONE).isClean()).isTrue();
    int repaired = 0;
    for (int round = 0; round < ROUNDS; round++) {
      MemoryDevice device = image.device.copy();
      BlockStore store = new BlockStore(device, image.superblock.volume(), image.geometry);
      damage(store, blocks, how, new Random(round * SEED + how.ordinal()));
      String seed = how + " round " + round;
      FsckReport preened = assertTimeoutPreemptively(Duration.ofSeconds(20),
          () -> check(device, RepairLevel.PREEN), seed);
      FsckReport done = assertTimeoutPreemptively(Duration.ofSeconds(20),
          () -> check(device, RepairLevel.YES), seed);
      FsckReport again = check(device, RepairLevel.NONE);
      if (done.exitCode() <= FsckReport.REPAIRED) {
        assertThat(again.findings()).as(seed + " after " + done.findings()).isEmpty();
        usable(device, seed);
        repaired++;
      } else if (done.exitCode() == FsckReport.ERRORS_LEFT) {
        assertThat(again.exitCode()).as(seed).isEqualTo(FsckReport.ERRORS_LEFT);
      }
      if (preened.exitCode() <= FsckReport.REPAIRED) {
        assertThat(done.exitCode()).as(seed + " preened " + preened.findings() + " then " + done.findings())
            .isZero();
      }
    }
    assertThat(repaired).as("volumes repaired").isGreaterThan(ROUNDS / 2);
  }

  /** The file system works on what fsck calls repaired, reads all of it and leaves it clean. */
  private static void usable(MemoryDevice device, String seed) {
    try {
      TestHost host = new TestHost(0, device, new SharedLocks());
      readAll(host, "");
      host.put("/new", new byte[20_000]);
      host.tasks.tick();
      host.fs.close();
    } catch (RuntimeException e) {
      throw new AssertionError(seed, e);
    }
    assertThat(check(device, RepairLevel.NONE).findings()).as(seed + " used").isEmpty();
  }

  private static void readAll(TestHost host, String directory) {
    for (String name : host.list(directory + "/")) {
      if (name.contains("\ufffd")) {
        continue; // A repaired name need not be UTF-8, which the test's calls are limited to.
      }
      long inode = host.walk(directory + "/" + name);
      Attributes a = host.fs.attributes(inode);
      host.fs.listXattrs(inode).forEach(x -> host.fs.getXattr(inode, x));
      if (a.isDirectory()) {
        readAll(host, directory + "/" + name);
      } else if ((a.mode() & Attributes.TYPE_MASK) == Attributes.REGULAR && a.sizeBytes() < 4 << 20) {
        host.get(directory + "/" + name);
      }
    }
  }

  /** The largest numbers a slot and a journal header can hold. */
  @Test
  void extremeNumbersInSlotAndJournalAreRefused() {
    ImageBuilder image = build();
    long journal = image.geometry.groupBlocks() + Geometry.CHUNK_BLOCKS;
    for (int at = BlockHeader.BYTES; at < BlockHeader.BYTES + 24; at += 4) {
      for (int value : new int[]{-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0, 256}) {
        for (long block : new long[]{Geometry.slotBlock(0, 0), journal, journal + 1, journal + 2}) {
          MemoryDevice device = image.device.copy();
          BlockStore store = new BlockStore(device, image.superblock.volume(), image.geometry);
          byte[] bytes = store.readRaw(block);
          MemorySegment changed = MemorySegment.ofArray(bytes);
          if (block == journal + 2) {
            BlockHeader.init(changed, BlockType.JOURNAL_DESCRIPTOR, block, image.superblock.volume(), 0, 1,
                0);
          }
          putInt(changed, at, value);
          BlockHeader.version(changed, block == journal + 2 ? 1 : BlockHeader.version(changed) + 5);
          BlockHeader.seal(bytes);
          store.write(block, bytes);
          assertThat(check(device, RepairLevel.YES).failure()).isNull();
        }
      }
    }
  }
}
