package cfs.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cfs.error.CorruptionException;
import cfs.format.BlockHeader;
import cfs.format.Fields;
import cfs.journal.BlockStore;
import cfs.port.MemoryDevice;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class SuperblockReaderTest {
  private final MemoryDevice device = new MemoryDevice(512L << 20);

  private void rewrite(long block, byte[] bytes) {
    MemorySegment buffer = BlockStore.aligned(BlockHeader.BLOCK);
    MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, bytes.length);
    device.write(block * BlockHeader.BLOCK, buffer, 0, BlockHeader.BLOCK);
  }

  @Test
  void copyServesWhenTheFirstIsDamaged() {
    TestHost.format(device);
    rewrite(0, new byte[BlockHeader.BLOCK]);
    assertThat(SuperblockReader.open(device).superblock().name()).isEqualTo("test");
  }

  @Test
  void impossibleSizesAreDamageAndNotACrash() {
    TestHost.format(device);
    long copy = SuperblockReader.open(device).superblock().geometry().backupSuperblock();
    byte[] bytes = BlockStore.readRaw(device, 0);
    for (int at = 144; at < 168; at++) {
      bytes[at] = (byte) 0xff;
    }
    BlockHeader.seal(bytes);
    rewrite(0, bytes);
    assertThat(SuperblockReader.open(device).superblock().name()).isEqualTo("test");
    rewrite(copy, new byte[BlockHeader.BLOCK]);
    assertThatThrownBy(() -> SuperblockReader.open(device)).isInstanceOf(CorruptionException.class);
    assertThat(Fields.getLong(MemorySegment.ofArray(bytes), 152)).isEqualTo(-1);
  }
}
