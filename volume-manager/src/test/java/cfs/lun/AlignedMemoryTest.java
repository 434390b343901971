package cfs.lun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cfs.error.FsError;
import cfs.error.FsException;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class AlignedMemoryTest {
  @Test
  void buffersAreAlignedReusedAndBounded() {
    try (AlignedMemory pool = new AlignedMemory(2, 8192)) {
      MemorySegment first = pool.take();
      MemorySegment second = pool.take();
      assertThat(first.address() % 4096).isZero();
      assertThat(second.address() % 4096).isZero();
      assertThat(first.address()).isNotEqualTo(second.address());
      assertThatThrownBy(pool::take).isInstanceOf(FsException.class)
          .extracting(e -> ((FsException) e).error()).isEqualTo(FsError.NO_MEMORY);
      pool.give(first);
      assertThat(pool.take().address()).isEqualTo(first.address());
    }
  }

  @Test
  void givingTooMuchOrSomethingElseIsCaught() {
    try (AlignedMemory pool = new AlignedMemory(1, 4096)) {
      MemorySegment buffer = pool.take();
      assertThatThrownBy(() -> pool.give(buffer.asSlice(0, 512))).isInstanceOf(IllegalStateException.class);
      pool.give(buffer);
      assertThatThrownBy(() -> pool.give(buffer)).isInstanceOf(IllegalStateException.class);
    }
  }
}
