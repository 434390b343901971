package cfs.host.daemon;

import cfs.catalog.Catalog;
import cfs.catalog.Label;
import cfs.catalog.LabelledLun;
import cfs.error.FsException;
import cfs.format.BlockHeader;
import cfs.format.FormatOptions;
import cfs.format.Formatter;
import cfs.host.problem.CommandName;
import cfs.host.problem.Problem;
import cfs.host.problem.ProblemCode;
import cfs.lun.AlignedMemory;
import cfs.lun.LunOpener;
import cfs.lun.VolumeError;
import cfs.lun.VolumeException;
import cfs.lun.adapter.FileLunOpener;
import cfs.port.BlockDevice;
import cfs.port.Lease;
import cfs.runtime.adapter.SplittableRng;
import cfs.runtime.adapter.SystemClock;
import cfs.volume.Volume;
import cfs.volume.VolumeFormat;
import cfs.volume.VolumeOpen;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Whole volumes from the command line: create, open for checking, and the refusals that people read. */
public final class VolumeTools {
  /** One 64 MiB LUN is enough for a label, but not for a file system. */
  private static final long VOLUME_BYTES_MIN = 130L << 20;

  /** Offline work holds the LUNs alone, so no lease is needed; see {@link #openAlone}. */
  static final Lease ALONE = () -> {};

  private VolumeTools() {}

  /** A new sparse file for the embedded cluster; an existing file is never reused. */
  public static void createSparse(Path file, long sizeBytes) {
    try {
      FileLunOpener.createFile(file, sizeBytes);
    } catch (IOException refused) {
      throw new Problem(ProblemCode.NO_SPACE,
          "The LUN file " + file + " cannot be created: " + refused.getMessage(),
          "df -h " + file.getParent(), refused);
    }
  }

  /**
   * What a volume shall become.
   *
   * @param stripeUnitBytes 0 concatenates the LUNs
   * @param force overwrite LUNs that carry data or a label; LUNs in use are refused all the same
   */
  public record FormatRequest(List<Path> luns, String name, UUID cluster, long stripeUnitBytes,
      boolean force) {
    public FormatRequest { luns = List.copyOf(luns); }
  }

  /** One LUN as it is found; nothing was written. */
  public record Found(Path lun, long sizeBytes, Optional<UUID> cluster) {}

  /** Makes the LUNs one volume with an empty file system; nothing is written before every LUN was found fit. */
  public static Catalog format(FormatRequest request) {
    return telling(request.luns(), () -> {
      long total = inspect(request.luns()).stream().mapToLong(Found::sizeBytes).sum();
      if (total < VOLUME_BYTES_MIN) {
        throw VolumeError.LUN_TOO_SMALL.of(request.luns().getFirst() + " (all LUNs together)",
            Long.toString(total));
      }
      SplittableRng rng = SplittableRng.seeded();
      Catalog catalog = new VolumeFormat(new FileLunOpener(), rng).create(new cfs.volume.FormatRequest(
          names(request.luns()), request.cluster(), request.name(), (int) request.stripeUnitBytes(),
          request.force()));
      try (Volume volume = openAlone(request.luns(), request.cluster()).volume()) {
        Formatter.format(volume, new FormatOptions(catalog.volume(), request.cluster(), request.name(),
            rng.nextLong(), new SystemClock().wallNanos()));
      }
      return catalog;
    });
  }

  /** Opens each LUN as formatting would, reads its label and closes it. */
  public static List<Found> inspect(List<Path> luns) {
    return telling(luns, () -> luns.stream().map(VolumeTools::inspect).toList());
  }

  /** The cluster that owns these LUNs, by their labels. */
  public static UUID clusterOf(List<Path> luns) {
    return telling(luns, () -> inspect(luns).stream().flatMap(found -> found.cluster().stream()).findFirst()
        .orElseThrow(() -> VolumeError.NOT_A_CFS_LUN.of(luns.getFirst().toString())));
  }

  private static Found inspect(Path lun) {
    String name = names(List.of(lun)).getFirst();
    try (BlockDevice device = new FileLunOpener().open(name, LunOpener.Claim.EXCLUSIVE)) {
      return new Found(lun, device.sizeBytes(), clusterOf(name, device));
    }
  }

  /** A label that is damaged or too new counts as none here; opening for use says what is wrong with it. */
  private static Optional<UUID> clusterOf(String name, BlockDevice device) {
    try {
      return LabelledLun.find(name, device).map(Label::cluster);
    } catch (VolumeException unreadable) {
      return Optional.empty();
    }
  }

  /** The volume on these LUNs, refused while any process of this machine serves it. */
  public static VolumeOpen.Opened openAlone(List<Path> luns, UUID cluster) {
    return telling(luns, () -> new VolumeOpen(aloneOpener()).open(names(luns), cluster, ALONE));
  }

  /** An opener that takes every LUN as formatting does. */
  static LunOpener aloneOpener() {
    FileLunOpener files = new FileLunOpener();
    return new LunOpener() {
      @Override
      public BlockDevice open(String path, Claim claim) {
        return files.open(path, Claim.EXCLUSIVE);
      }
    };
  }

  /** Runs {@code work}, turning a refused LUN into a problem whose next command exists and can be pasted. */
  static <T> T telling(List<Path> luns, Supplier<T> work) {
    try {
      return work.get();
    } catch (VolumeException refused) {
      throw new Problem(refused.code().name(), refused.getMessage() == null ? "" : refused.getMessage(),
          next(refused, luns), refused);
    }
  }

  private static String next(VolumeException refused, List<Path> luns) {
    String options = luns.stream().map(lun -> "--lun " + lun).collect(Collectors.joining(" "));
    return switch (refused.code()) {
      case LUN_NOT_FOUND, LUN_NO_ACCESS, LUN_NOT_STORAGE -> "ls -l "
          + luns.stream().map(Path::toString).collect(Collectors.joining(" "));
      case LUN_BUSY -> CommandName.cfs("status");
      case LUN_NO_DIRECT_IO -> "findmnt -T " + luns.getFirst();
      case LUN_TOO_SMALL -> "truncate -s 1G on each LUN file, or choose larger LUNs";
      case LUN_NOT_EMPTY, LUN_HAS_LABEL -> CommandName.cfs("format " + options + " --name NAME --force");
      case NOT_A_CFS_LUN -> CommandName.cfs("format " + options + " --name NAME");
      case OTHER_CLUSTER, OTHER_GROUP, DUPLICATE_LUN, STALE_LUN, LUN_MISSING, MAJORITY_MISSING ->
        "give every LUN of the volume, and no other";
      case LUN_TRUNCATED -> "bring the LUN back to its full size (see the array or the backup), then "
          + CommandName.cfs("fsck -n " + options);
      case BAD_VOLUME_NAME, BAD_STRIPE_UNIT, BAD_LUN_COUNT -> CommandName.cfs("format --help");
      default -> CommandName.cfs("fsck -n " + options);
    };
  }

  /** Whether the place of the first superblock was never written. */
  static boolean isBlank(BlockDevice volume) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment block = AlignedMemory.allocate(arena, BlockHeader.BLOCK);
      volume.read(0, block, 0, BlockHeader.BLOCK);
      return block.mismatch(MemorySegment.ofArray(new byte[BlockHeader.BLOCK])) < 0;
    } catch (FsException unreadable) {
      return false;
    }
  }

  /** Size of the file or device as the system tells it; 0 when it is gone. */
  static long sizeNow(Path lun) {
    try (FileChannel channel = FileChannel.open(lun)) {
      return channel.size();
    } catch (IOException gone) {
      return 0;
    }
  }

  /** OK, or why the LUN cannot be used; asks the name only, since the data path notices I/O errors itself. */
  static String stateNow(Path lun) {
    return Files.isReadable(lun) ? "OK" : Files.exists(lun) ? "NOT_READABLE" : "MISSING";
  }

  static List<String> names(List<Path> luns) {
    return luns.stream().map(lun -> lun.toAbsolutePath().normalize().toString()).toList();
  }
}
