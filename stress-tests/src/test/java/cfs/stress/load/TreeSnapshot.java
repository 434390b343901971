package cfs.stress.load;

import cfs.stress.os.Errno;
import cfs.stress.os.FileStatus;
import cfs.stress.os.Posix;
import cfs.stress.os.PosixException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * Everything that can be seen of a tree: per name its type, size, mode, owner, link count, inode number, times, extended
 * attributes, link target and a checksum of the content. Access times are left out, since looking changes them.
 */
public final class TreeSnapshot {
  private static final int PART_BYTES = 1 << 20;

  private final Map<String, String> lines = new TreeMap<>();
  private final Map<Long, Integer> namesOfInode = new HashMap<>();
  private final Map<Long, Long> linksOfInode = new HashMap<>();

  private TreeSnapshot() {}

  public static TreeSnapshot of(Path root) throws PosixException {
    TreeSnapshot snapshot = new TreeSnapshot();
    try (Arena arena = Arena.ofConfined()) {
      snapshot.walk(root, "", arena.allocate(PART_BYTES));
    }
    return snapshot;
  }

  public int size() {
    return lines.size();
  }

  /** Adds every difference to {@code problems}. */
  public void compare(String mine, TreeSnapshot other, String others, Problems problems) {
    Set<String> names = new java.util.TreeSet<>(lines.keySet());
    names.addAll(other.lines.keySet());
    for (String name : names) {
      String here = lines.getOrDefault(name, "absent");
      String there = other.lines.getOrDefault(name, "absent");
      if (!here.equals(there)) {
        problems.add(name + " differs:\n      " + mine + ": " + here + "\n      " + others + ": " + there);
      }
    }
  }

  /** With no file open, an inode has exactly the names that the tree shows. */
  public void checkLinkCounts(Problems problems) {
    linksOfInode.forEach((inode, links) -> {
      int names = namesOfInode.get(inode);
      if (names != links) {
        problems.add("inode " + inode + " has link count " + links + " and " + names + " names");
      }
    });
  }

  private void walk(Path directory, String relative, MemorySegment part) throws PosixException {
    List<String> names = new ArrayList<>(Posix.list(directory));
    if (new HashSet<>(names).size() != names.size()) {
      throw new AssertionError(directory + " lists a name twice: " + names);
    }
    for (String name : names) {
      Path path = directory.resolve(name);
      String key = relative + "/" + name;
      FileStatus status = Posix.status(path);
      lines.put(key, line(path, status, part));
      if (status.isDirectory()) {
        walk(path, key, part);
      } else {
        namesOfInode.merge(status.inode(), 1, Integer::sum);
        linksOfInode.put(status.inode(), status.links());
      }
    }
  }

  private static String line(Path path, FileStatus status, MemorySegment part) throws PosixException {
    StringBuilder line = new StringBuilder();
    line.append("mode ").append(Integer.toOctalString(status.mode())).append(" links ").append(status.links())
        .append(" inode ").append(status.inode()).append(" owner ").append(status.uid()).append(':')
        .append(status.gid()).append(" modified ").append(status.modifyNanos()).append(" changed ")
        .append(status.changeNanos());
    if (status.isRegular()) {
      line.append(" size ").append(status.size()).append(" crc ").append(checksum(path, status.size(), part));
    }
    if (status.isSymlink()) {
      line.append(" -> ").append(Posix.readLink(path));
    }
    for (String key : attributes(path)) {
      line.append(' ').append(key).append('=').append(HexFormat.of().formatHex(Posix.attribute(path, key)));
    }
    return line.toString();
  }

  private static Set<String> attributes(Path path) throws PosixException {
    try {
      return Posix.attributes(path);
    } catch (PosixException refused) {
      if (refused.errno == Errno.EOPNOTSUPP) {
        return Set.of();
      }
      throw refused;
    }
  }

  private static String checksum(Path path, long size, MemorySegment part) throws PosixException {
    CRC32C sum = new CRC32C();
    int fd = Posix.open(path, Posix.O_RDONLY);
    try {
      long at = 0;
      while (true) {
        long read = FileIo.readAll(fd, part, at);
        sum.update(part.asSlice(0, read).asByteBuffer());
        at += read;
        if (read < part.byteSize()) {
          break;
        }
      }
      return Long.toHexString(sum.getValue()) + (at == size ? "" : " of " + at + " bytes read");
    } finally {
      Posix.close(fd);
    }
  }
}
