package cfs.stress.os;

/** Linux error numbers that tests name; the same on x86-64 and arm64 (asm-generic/errno.h). */
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int EIO = 5;
  public static final int EBADF = 9;
  public static final int EAGAIN = 11;
  public static final int EEXIST = 17;
  public static final int ENOTDIR = 20;
  public static final int EISDIR = 21;
  public static final int EINVAL = 22;
  public static final int ENOSPC = 28;
  public static final int ENOTEMPTY = 39;
  public static final int ELOOP = 40;
  public static final int ENODATA = 61;
  public static final int EOPNOTSUPP = 95;
  public static final int ESTALE = 116;

  private Errno() {}

  /** The symbol where this class has one, else the number. */
  public static String name(int errno) {
    return switch (errno) {
      case EPERM -> "EPERM";
      case ENOENT -> "ENOENT";
      case 4 -> "EINTR";
      case EIO -> "EIO";
      case 6 -> "ENXIO";
      case EBADF -> "EBADF";
      case EAGAIN -> "EAGAIN";
      case 12 -> "ENOMEM";
      case 13 -> "EACCES";
      case 14 -> "EFAULT";
      case 16 -> "EBUSY";
      case EEXIST -> "EEXIST";
      case 18 -> "EXDEV";
      case ENOTDIR -> "ENOTDIR";
      case EISDIR -> "EISDIR";
      case EINVAL -> "EINVAL";
      case 27 -> "EFBIG";
      case ENOSPC -> "ENOSPC";
      case 30 -> "EROFS";
      case 31 -> "EMLINK";
      case 34 -> "ERANGE";
      case 35 -> "EDEADLK";
      case 36 -> "ENAMETOOLONG";
      case 38 -> "ENOSYS";
      case ENOTEMPTY -> "ENOTEMPTY";
      case ELOOP -> "ELOOP";
      case ENODATA -> "ENODATA";
      case EOPNOTSUPP -> "EOPNOTSUPP";
      case 103 -> "ECONNABORTED";
      case 107 -> "ENOTCONN";
      case 110 -> "ETIMEDOUT";
      case ESTALE -> "ESTALE";
      default -> "errno " + errno;
    };
  }
}
