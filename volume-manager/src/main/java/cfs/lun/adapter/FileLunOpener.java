package cfs.lun.adapter;

import cfs.lun.AlignedMemory;
import cfs.lun.LunOpener;
import cfs.lun.VolumeError;
import cfs.port.BlockDevice;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens regular files and block devices of this host as LUNs. */
public final class FileLunOpener implements LunOpener {
  private final SystemCalls system;

  public FileLunOpener() {
    this(new SystemCalls());
  }

  FileLunOpener(SystemCalls system) {
    this.system = system;
  }

  /**
   * Creates a sparse file that can serve as a LUN (embedded default, tests).
   *
   * @throws FileAlreadyExistsException an existing file is never reused: it may hold data
   */
  public static void createFile(Path path, long sizeBytes) throws IOException {
    Files.createFile(path);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(sizeBytes);
    }
  }

  @Override
  public BlockDevice open(String path, Claim claim) {
    SystemCalls.FileType type = system.type(path);
    if (type.errno() != 0) {
      throw refusal(path, type.errno());
    }
    // Asked before opening: opening a FIFO, a tape or a terminal has effects.
    if (!type.isRegular() && !type.isBlockDevice()) {
      throw VolumeError.LUN_NOT_STORAGE.of(path);
    }
    boolean isDevice = type.isBlockDevice();
    boolean isExclusive = claim == Claim.EXCLUSIVE;
    int flags = SystemCalls.O_RDWR | SystemCalls.O_DIRECT | SystemCalls.O_CLOEXEC;
    // On a block device O_EXCL without O_CREAT means: not while mounted or claimed (open(2)).
    int number = system.open(path, isDevice && isExclusive ? flags | SystemCalls.O_EXCL : flags);
    if (number < 0) {
      throw refusal(path, -number);
    }
    boolean isOpened = false;
    try {
      BlockDevice lun = opened(path, number, isDevice, isExclusive, type.sizeBytes());
      isOpened = true;
      return lun;
    } finally {
      if (!isOpened) {
        var _ = system.close(number); // the refusal that is on its way says more than a failed close
      }
    }
  }

  private BlockDevice opened(String path, int number, boolean isDevice, boolean isExclusive, long fileBytes) {
    int locked = system.lock(number, isExclusive);
    if (locked == -Errno.EAGAIN || locked == -Errno.EACCES) {
      throw VolumeError.LUN_BUSY.of(path);
    } else if (locked < 0) {
      throw Errno.failure("locking", path, -locked);
    }
    long sizeBytes = isDevice ? size(path, number) : fileBytes;
    int sectorBytes = isDevice ? deviceSector(path, number) : fileSector(number);
    return new FileLun(system, path, number, isDevice, sizeBytes, sectorBytes);
  }

  private long size(String path, int number) {
    long answer = system.query(number, SystemCalls.BLKGETSIZE64);
    if (answer < 0) {
      throw Errno.failure("asking the size of", path, (int) -answer);
    }
    return answer;
  }

  private int deviceSector(String path, int number) {
    long answer = system.query(number, SystemCalls.BLKSSZGET);
    if (answer < 0) {
      throw Errno.failure("asking the sector size of", path, (int) -answer);
    }
    // Anything between is served in the next larger size; nothing larger exists in Linux without page-sized sectors.
    return answer <= 512 ? 512 : 4096;
  }

  /** The file system and the device below it decide; the only portable way to know is to try. */
  private int fileSector(int number) {
    try (Arena arena = Arena.ofConfined()) {
      long unaligned = AlignedMemory.allocate(arena, 4096).address() + 512;
      return system.read(number, unaligned, 512, 512) >= 0 ? 512 : 4096;
    }
  }

  private static RuntimeException refusal(String path, int errno) {
    return switch (errno) {
      case Errno.ENOENT, Errno.ENOTDIR, Errno.ENXIO, Errno.ENODEV -> VolumeError.LUN_NOT_FOUND.of(path);
      case Errno.EACCES, Errno.EPERM -> VolumeError.LUN_NO_ACCESS.of(path, "permission denied");
      case Errno.EROFS -> VolumeError.LUN_NO_ACCESS.of(path, "it is read-only");
      case Errno.EISDIR -> VolumeError.LUN_NOT_STORAGE.of(path);
      case Errno.EINVAL -> VolumeError.LUN_NO_DIRECT_IO.of(path);
      case Errno.EBUSY, Errno.ETXTBSY -> VolumeError.LUN_BUSY.of(path);
      default -> Errno.failure("opening", path, errno);
    };
  }
}
