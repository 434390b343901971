package cfs.fsck;

import cfs.error.FencedException;
import cfs.error.FsError;
import cfs.error.FsException;
import cfs.format.ChunkMap;
import cfs.format.SlotRecord;
import cfs.format.Superblock;
import cfs.fsck.Finding.Outcome;
import cfs.journal.BlockStore;
import cfs.port.BlockDevice;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Checks a volume that nobody has mounted. Pass by pass: each pass looks at everything, then runs the repairs that the level
 * allows; the last pass repairs nothing and says what is left. Damage of any kind ends in findings, never in an exception.
 */
public final class Fsck {
  /** Structural repairs uncover others, for instance lost files behind a damaged directory; more rounds never helped. */
  private static final int PASSES_MAX = 10;

  private static final String NO_VOLUME = "There is no CFS volume, or both its superblocks are damaged.";

  private final BlockDevice device;
  private final FsckOptions options;
  private final FsckProgress progress;
  private final Set<Long> contested = new HashSet<>();
  private long directoryCount;
  private long otherInodes;
  private long usedBlocks;

  private Fsck(BlockDevice device, FsckOptions options, FsckProgress progress) {
    this.device = device;
    this.options = options;
    this.progress = progress;
  }

  /** The caller makes sure that no host has the volume mounted. */
  public static FsckReport check(BlockDevice volume, FsckOptions options, FsckProgress progress) {
    BlockDevice device = options.repair() == RepairLevel.NONE ? new OverlayDevice(volume) : volume;
    return new Fsck(device, options, progress).run();
  }

  private FsckReport run() {
    List<Finding> first = new ArrayList<>();
    long count = 0;
    try {
      for (int pass = 0;; pass++) {
        Findings found = pass();
        if (found == null) {
          return report(first, count, false, NO_VOLUME);
        }
        if (pass == 0) {
          first = found.list();
          count = found.count();
        }
        boolean repaired = pass < PASSES_MAX - 1 && repair(found.repairs());
        if (!repaired) {
          List<Finding> all = pass == 0 ? first : merge(first, found.list());
          return report(all, count, found.errorsBeyondKept(), null);
        }
      }
    } catch (FencedException e) {
      throw e;
    } catch (FsException e) {
      return report(first, count, false, String.valueOf(e.getMessage()));
    }
  }

  private FsckReport report(List<Finding> findings, long count, boolean more, @Nullable String failure) {
    return new FsckReport(findings, count, directoryCount, otherInodes, usedBlocks, more, failure);
  }

  /** Everything the first pass found, with what became of it, and what is left that it did not see. */
  private static List<Finding> merge(List<Finding> first, List<Finding> left) {
    List<Finding> all = new ArrayList<>();
    Set<Object> still = left.stream().map(Finding::identity).collect(Collectors.toSet());
    Set<Object> before = first.stream().map(Finding::identity).collect(Collectors.toSet());
    first.forEach(
        f -> all.add(f.with(still.contains(f.identity()) ? Outcome.NOT_REPAIRED : Outcome.REPAIRED)));
    left.stream().filter(f -> !before.contains(f.identity())).forEach(all::add);
    return all;
  }

  /** @return whether anything was done */
  private boolean repair(List<Runnable> repairs) {
    for (Runnable r : repairs) {
      try {
        r.run();
      } catch (FsException e) {
        // The next pass finds again what could not be repaired for lack of space or because a tree is damaged.
        if (e.error() != FsError.NO_SPACE && e.error() != FsError.CORRUPT) {
          throw e;
        }
      }
    }
    device.flush();
    return !repairs.isEmpty();
  }

  /** Null when there is no superblock. */
  private @Nullable Findings pass() {
    Findings findings = new Findings(options.repair(), options.findingsMax());
    Superblock superblock = new SuperblockCheck(device, findings).run();
    if (superblock == null) {
      return null;
    }
    if (superblock.incompatible() != 0) {
      throw new FsException(FsError.NOT_SUPPORTED,
          "The volume uses features " + superblock.incompatible() + " that this version lacks.");
    }
    CheckedVolume volume = new CheckedVolume(
        new BlockStore(device, superblock.volume(), superblock.geometry()), superblock, findings,
        contested);
    List<SlotRecord> slots = new SlotCheck(volume).run();
    new JournalCheck(volume).run(slots, progress);
    GroupRepair groupRepair = new GroupRepair(volume);
    new GroupCheck(volume, groupRepair).run(progress);
    SpareBlocks spare = new SpareBlocks(volume);
    TreeRepair treeRepair = new TreeRepair(volume, spare);
    InodeCheck inodes = new InodeCheck(volume, treeRepair);
    NewDirectories directories = new NewDirectories(volume, inodes, treeRepair, spare, options.nowNanos());
    InodeTable table = new InodeTable(volume.geometry());
    NamespaceWalk walk = new NamespaceWalk(volume, inodes, table, treeRepair, progress);
    root(volume, inodes, walk, directories);
    OrphanCheck orphans = new OrphanCheck(volume, inodes, table, treeRepair, directories);
    slots.forEach(orphans::run);
    new UnreachableCheck(volume, inodes, table, walk, directories).run(progress);
    new LinkCheck(volume, table).run();
    new BlockCheck(volume, groupRepair).run(progress);
    directoryCount = table.directories();
    otherInodes = table.others();
    usedBlocks = volume.use().count();
    return findings;
  }

  private static void root(CheckedVolume volume, InodeCheck inodes, NamespaceWalk walk,
      NewDirectories directories) {
    long root = volume.superblock().rootInode();
    byte[] image = volume.readRaw(root);
    String complaint = inodes.complaint(image, root);
    if (complaint == null && image != null && !InodeCheck.isDirectory(InodeCheck.mode(image))) {
      complaint = "an inode of another type";
    }
    if (image != null && complaint == null) {
      walk.start(root, image);
    } else {
      volume.useIsIncomplete();
      volume.use().mark(root, 1, ChunkMap.METADATA);
      volume.findings().add(FindingCode.ROOT_DAMAGED, root, "the root directory", String.valueOf(complaint),
          directories::makeRoot);
    }
  }
}
