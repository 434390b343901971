package cfs.volume;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** How the first MiB of a disk shows that somebody else uses it; offsets and magics as libblkid knows them. */
record Signature(String owner, long offset, byte[] magic) {
  static final long PROBE_BYTES = 1L << 20;

  /** The first match names the owner, so the partition tables, which others may lie beneath, come last. */
  private static final List<Signature> KNOWN = List.of(new Signature("an XFS file system", 0, ascii("XFSB")),
      new Signature("an ext2, ext3 or ext4 file system", 1080, new byte[]{0x53, (byte) 0xEF}),
      new Signature("a Btrfs file system", 65600, ascii("_BHRfS_M")),
      new Signature("an LVM physical volume", 0, ascii("LABELONE")),
      new Signature("an LVM physical volume", 512, ascii("LABELONE")),
      new Signature("an LVM physical volume", 1024, ascii("LABELONE")),
      new Signature("an LVM physical volume", 1536, ascii("LABELONE")),
      new Signature("a LUKS container", 0, new byte[]{'L', 'U', 'K', 'S', (byte) 0xBA, (byte) 0xBE}),
      new Signature("a member of a Linux RAID", 4096,
          new byte[]{(byte) 0xFC, 0x4E, 0x2B, (byte) 0xA9}),
      new Signature("a Linux swap area", 4086, ascii("SWAPSPACE2")),
      new Signature("an NTFS file system", 3, ascii("NTFS    ")),
      new Signature("a GPT partition table", 512, ascii("EFI PART")),
      new Signature("a GPT partition table", 4096, ascii("EFI PART")),
      new Signature("an MBR partition table or boot sector", 510, new byte[]{0x55, (byte) 0xAA}));

  /** Who uses a disk that starts with these {@link #PROBE_BYTES}; empty only when they are all zero. */
  static Optional<String> owner(MemorySegment start) {
    for (Signature signature : KNOWN) {
      if (signature.matches(start)) {
        return Optional.of(signature.owner);
      }
    }
    return isZero(start) ? Optional.empty() : Optional.of("data of an unknown kind");
  }

  private boolean matches(MemorySegment start) {
    byte[] found = start.asSlice(offset, magic.length).toArray(ValueLayout.JAVA_BYTE);
    return Arrays.equals(found, magic);
  }

  private static boolean isZero(MemorySegment bytes) {
    for (long at = 0; at < bytes.byteSize(); at += Long.BYTES) {
      if (bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, at) != 0) {
        return false;
      }
    }
    return true;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
