package cfs.catalog;

import cfs.error.FencedException;
import cfs.error.FsException;
import cfs.lun.AlignedMemory;
import cfs.lun.VolumeError;
import cfs.port.BlockDevice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An open LUN that says of itself that it is one of CFS.
 *
 * @param path as people named it, for messages
 */
public record LabelledLun(String path, BlockDevice device, Label label) {
  /** Reads the label, from the tail when the head's is damaged; refuses what is not a whole LUN of this format. */
  public static LabelledLun read(String path, BlockDevice device) {
    Label label = find(path, device).orElseThrow(() -> device.sizeBytes() < LunLayout.LUN_BYTES_MIN
        ? VolumeError.LUN_TOO_SMALL.of(path, Long.toString(device.sizeBytes()))
        : VolumeError.NOT_A_CFS_LUN.of(path));
    if (device.sizeBytes() < label.sizeBytes()) {
      throw VolumeError.LUN_TRUNCATED.of(path,
          device.sizeBytes() + " bytes, labelled with " + label.sizeBytes());
    }
    return new LabelledLun(path, device, label);
  }

  /**
   * The label of any cluster; empty when there is none. A label that is there but damaged twice, or too new, is an
   * exception.
   */
  public static Optional<Label> find(String path, BlockDevice device) {
    if (device.sizeBytes() < LunLayout.AREA_BYTES) {
      return Optional.empty();
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment block = AlignedMemory.allocate(arena, LunLayout.LABEL_BYTES);
      FsException failure = null;
      boolean isDamaged = false;
      long tail = LunLayout.tailStart(device.sizeBytes());
      for (long areaStart = 0; areaStart <= tail; areaStart += Math.max(tail, 1)) {
        FsException unreadable = readBlock(device, areaStart, block);
        failure = failure == null ? unreadable : failure;
        Label.State state = unreadable == null ? Label.check(block, areaStart) : Label.State.ABSENT;
        switch (state) {
          case VALID -> {
            return Optional.of(Label.read(block));
          }
          case TOO_NEW -> throw VolumeError.FORMAT_TOO_NEW.of(path, Integer.toString(Label.version(block)));
          case DAMAGED -> isDamaged = true;
          case ABSENT -> {
          }
        }
      }
      if (failure != null) {
        throw failure;
      }
      if (isDamaged) {
        throw VolumeError.LABEL_DAMAGED.of(path);
      }
      return Optional.empty();
    }
  }

  /** Null when read; a failing area is kept back until the other one was tried. */
  private static @Nullable FsException readBlock(BlockDevice device, long areaStart, MemorySegment block) {
    try {
      device.read(areaStart, block, 0, LunLayout.LABEL_BYTES);
      return null;
    } catch (FencedException e) {
      throw e;
    } catch (FsException e) {
      return e;
    }
  }

  /** Start of an area: 0 is the head, 1 the tail. */
  long areaStart(int area) {
    return area == 0 ? 0 : label.tailStart();
  }

  /** Writes both copies of the label and makes them durable. */
  public void writeLabel() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment block = AlignedMemory.allocate(arena, LunLayout.LABEL_BYTES);
      for (int area = 0; area < 2; area++) {
        label.write(block, areaStart(area));
        device.write(areaStart(area), block, 0, LunLayout.LABEL_BYTES);
      }
    }
    device.flush();
  }
}
