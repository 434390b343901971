package cfs.fsck;

import cfs.format.DirectoryEntry;
import cfs.tree.Visitor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The entries of one directory in themselves: form, names, positions, duplicates; hands the good ones on. */
final class EntryCheck implements Visitor {
  /** Follows the entry to its inode. */
  interface Target {
    void entry(long key, DirectoryEntry entry);
  }

  private final CheckedVolume volume;
  private final long directory;
  private final TreeRepair repair;
  private final Target target;

  /** Names whose keys differ in the last 8 bits. */
  private final List<byte[]> sameHash = new ArrayList<>();

  private long hash = -1;

  EntryCheck(CheckedVolume volume, long directory, TreeRepair repair, Target target) {
    this.volume = volume;
    this.directory = directory;
    this.repair = repair;
    this.target = target;
  }

  @Override
  public boolean node(long block, int level) {
    return true;
  }

  @Override
  public void entry(long key, MemorySegment segment, long payloadOffset, int payloadLength) {
    int nameBytes = payloadLength - DirectoryEntry.FIXED_BYTES;
    if (nameBytes < 1 || nameBytes > DirectoryEntry.NAME_MAX) {
      invalid(key, "a name of " + nameBytes + " bytes");
      return;
    }
    DirectoryEntry entry = DirectoryEntry.read(segment, payloadOffset, payloadLength);
    if (!valid(entry.name())) {
      invalid(key, Arrays.toString(entry.name()));
      return;
    }
    long position = DirectoryEntry.position(volume.superblock().hashSeed(), entry.name());
    if (position >>> 8 != key >>> 8) {
      volume.findings().add(FindingCode.ENTRY_MISPLACED, directory, "position " + position, "position " + key,
          () -> repair.move(directory, key));
    }
    if (key >>> 8 != hash) {
      hash = key >>> 8;
      sameHash.clear();
    }
    if (sameHash.stream().anyMatch(name -> Arrays.equals(name, entry.name()))) {
      volume.findings().add(FindingCode.ENTRY_DUPLICATE, directory, "one entry of the name",
          "another at position " + key, () -> repair.delete(directory, true, key));
      return;
    }
    sameHash.add(entry.name());
    target.entry(key, entry);
  }

  private static boolean valid(byte[] name) {
    for (byte b : name) {
      if (b == 0 || b == '/') {
        return false;
      }
    }
    return !(name[0] == '.' && (name.length == 1 || name.length == 2 && name[1] == '.'));
  }

  private void invalid(long key, String found) {
    volume.findings().add(FindingCode.ENTRY_NAME_INVALID, directory,
        "a name of 1 to 255 bytes without / and NUL", found,
        () -> repair.delete(directory, true, key));
  }
}
