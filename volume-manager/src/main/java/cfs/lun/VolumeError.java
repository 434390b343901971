package cfs.lun;

import cfs.error.FsError;
import java.util.Locale;

/**
 * Every reason to refuse a LUN or a volume. The constant's name is the public, stable code (CLI, API, health). In the texts
 * {@code %1$s} is the path or name in question and {@code %2$s} the detail.
 */
public enum VolumeError {
  LUN_NOT_FOUND(FsError.NO_ENTRY, "There is no file or device at %1$s.", "cfs lun scan"),
  LUN_NO_ACCESS(FsError.ACCESS, "%1$s may not be opened for reading and writing: %2$s.", "ls -l %1$s"),
  LUN_NOT_STORAGE(FsError.INVALID, "%1$s is neither a regular file nor a block device.", "cfs lun scan"),
  LUN_NO_DIRECT_IO(FsError.NOT_SUPPORTED,
      "The file system that holds %1$s has no O_DIRECT, so hosts could serve stale data.", "findmnt -T %1$s"),
  LUN_BUSY(FsError.BUSY, "%1$s is in use on this host by a mount or by a CFS daemon.", "fuser -v %1$s"),
  LUN_TOO_SMALL(FsError.INVALID, "%1$s has %2$s bytes; a LUN needs at least 67108864 (64 MiB).",
      "cfs lun list"),
  LUN_NOT_EMPTY(FsError.EXISTS, "%1$s is not empty: it holds %2$s.", "cfs format --force %1$s"),
  LUN_HAS_LABEL(FsError.EXISTS, "%1$s is already a CFS LUN of cluster %2$s.", "cfs format --force %1$s"),
  NOT_A_CFS_LUN(FsError.INVALID, "%1$s is not a CFS LUN: it has no label.", "cfs format %1$s"),
  LABEL_DAMAGED(FsError.CORRUPT, "%1$s carries a CFS label, but both of its copies are damaged.",
      "cfs dump %1$s"),
  FORMAT_TOO_NEW(FsError.NOT_SUPPORTED,
      "%1$s was written by a newer CFS (format %2$s, this one knows 1).", "cfs version"),
  LUN_TRUNCATED(FsError.CORRUPT, "%1$s is smaller than its label says: %2$s.", "cfs lun scan"),
  OTHER_CLUSTER(FsError.INVALID, "%1$s belongs to another cluster: %2$s.", "cfs lun list"),
  OTHER_GROUP(FsError.INVALID, "%1$s belongs to another disk group: %2$s.", "cfs lun list"),
  DUPLICATE_LUN(FsError.INVALID, "%1$s is the same LUN as %2$s.", "cfs lun list"),
  STALE_LUN(FsError.INVALID, "%1$s is not the LUN that the catalog names, but %2$s.", "cfs lun list"),
  LUN_MISSING(FsError.IO, "Volume %1$s cannot be opened without these LUNs: %2$s.", "cfs lun scan"),
  MAJORITY_MISSING(FsError.IO,
      "Disk group %1$s has too few LUNs here to know its newest catalog: %2$s.", "cfs lun scan"),
  CATALOG_DAMAGED(FsError.CORRUPT, "Disk group %1$s has no readable committed catalog: %2$s.", "cfs dump"),
  CATALOG_UNRESOLVED(FsError.IO,
      "A catalog change of disk group %1$s was interrupted, and a missing LUN may hold its commit: %2$s.",
      "cfs lun scan"),
  CATALOG_CONFLICT(FsError.CORRUPT,
      "The LUNs of disk group %1$s hold two different histories: %2$s.", "cfs dump"),
  CATALOG_CHANGE_FAILED(FsError.IO, "The catalog of disk group %1$s could not be changed: %2$s.",
      "cfs status"),
  CATALOG_FULL(FsError.NO_SPACE, "The catalog of volume %1$s would outgrow its slot: %2$s.",
      "cfs volume show"),
  BAD_VOLUME_NAME(FsError.INVALID, "\"%1$s\" cannot be a volume's name: %2$s.", "cfs volume create --help"),
  BAD_STRIPE_UNIT(FsError.INVALID,
      "A stripe unit of %1$s bytes is not possible: it is a power of two from 65536 (64K) to 4194304 (4M).",
      "cfs format --help"),
  BAD_LUN_COUNT(FsError.INVALID, "A volume cannot be made of %1$s LUNs: the count is %2$s.",
      "cfs format --help");

  private final FsError fsError;
  private final String sentence;
  private final String next;

  VolumeError(FsError fsError, String sentence, String next) {
    this.fsError = fsError;
    this.sentence = sentence;
    this.next = next;
  }

  /** The POSIX side of the refusal. */
  public FsError fsError() {
    return fsError;
  }

  public VolumeException of(String subject) {
    return of(subject, "");
  }

  public VolumeException of(String subject, String detail) {
    return new VolumeException(this, String.format(Locale.ROOT, sentence, subject, detail),
        String.format(Locale.ROOT, next, subject));
  }
}
