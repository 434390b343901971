package cfs.identity.adapter;

import cfs.error.FsError;
import cfs.error.FsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/**
 * Files that only the daemon's user may read. Created with mode 0600 (never opened wider and narrowed later), replaced
 * atomically and made durable; refused when others can read them, since a key that was readable must count as stolen.
 */
final class PrivateFile {
  private static final Set<PosixFilePermission> OTHERS = EnumSet.of(PosixFilePermission.GROUP_READ,
      PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);

  private PrivateFile() {}

  static void createDirectory(Path dir) {
    try {
      Files.createDirectories(dir,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new FsException(FsError.IO, "cannot create the identity directory " + dir + ": " + e.getMessage(),
          e);
    }
  }

  static void write(Path file, String text) {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.deleteIfExists(fresh);
      try (FileChannel channel = FileChannel.open(fresh,
          EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new FsException(FsError.IO, "cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  /** Reads a private file; refuses one that group or others may read or write. */
  static String read(Path file) {
    try {
      Set<PosixFilePermission> open = EnumSet.copyOf(OTHERS);
      open.retainAll(Files.getPosixFilePermissions(file));
      if (!open.isEmpty()) {
        throw new FsException(FsError.ACCESS,
            file + " can be read or changed by other users; make a new key, or chmod 600 it if none could");
      }
      return Files.readString(file, StandardCharsets.US_ASCII);
    } catch (NoSuchFileException e) {
      throw new FsException(FsError.NO_ENTRY, "there is no cluster identity at " + file, e);
    } catch (IOException e) {
      throw new FsException(FsError.IO, "cannot read " + file + ": " + e.getMessage(), e);
    }
  }
}
