package cfs.fuse.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.StructLayout;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every size as a number, from sizeof in linux/fuse.h, and the offsets that a wrong field would move. */
class FramesTest {
  static Stream<Arguments> sizes() {
    return Stream.of(size("fuse_in_header", Headers.IN, 40), size("fuse_out_header", Headers.OUT, 16),
        size("fuse_notify_inval_inode_out", Headers.INVAL_INODE, 24), size("fuse_init_in", Init.IN, 64),
        size("fuse_init_out", Init.OUT, 64), size("fuse_attr", AttributeFrames.ATTR, 88),
        size("fuse_entry_out", AttributeFrames.ENTRY_OUT, 128),
        size("fuse_attr_out", AttributeFrames.ATTR_OUT, 104),
        size("fuse_getattr_in", AttributeFrames.GETATTR_IN, 16),
        size("fuse_setattr_in", AttributeFrames.SETATTR_IN, 88),
        size("fuse_statfs_out", AttributeFrames.STATFS_OUT, 80),
        size("fuse_mknod_in", NameFrames.MKNOD_IN, 16),
        size("fuse_mkdir_in", NameFrames.MKDIR_IN, 8), size("fuse_rename_in", NameFrames.RENAME_IN, 8),
        size("fuse_rename2_in", NameFrames.RENAME2_IN, 16), size("fuse_link_in", NameFrames.LINK_IN, 8),
        size("fuse_setxattr_in (compat)", NameFrames.SETXATTR_IN, 8),
        size("fuse_getxattr_in", NameFrames.GETXATTR_IN, 8),
        size("fuse_getxattr_out", NameFrames.GETXATTR_OUT, 8),
        size("fuse_forget_in", NameFrames.FORGET_IN, 8),
        size("fuse_batch_forget_in", NameFrames.BATCH_FORGET_IN, 8),
        size("fuse_forget_one", NameFrames.FORGET_ONE, 16),
        size("fuse_open_in", FileFrames.OPEN_IN, 8), size("fuse_create_in", FileFrames.CREATE_IN, 16),
        size("fuse_open_out", FileFrames.OPEN_OUT, 16), size("fuse_read_in", FileFrames.READ_IN, 40),
        size("fuse_write_in", FileFrames.WRITE_IN, 40), size("fuse_write_out", FileFrames.WRITE_OUT, 8),
        size("fuse_release_in", FileFrames.RELEASE_IN, 24), size("fuse_flush_in", FileFrames.FLUSH_IN, 24),
        size("fuse_fsync_in", FileFrames.FSYNC_IN, 16),
        size("fuse_fallocate_in", FileFrames.FALLOCATE_IN, 32),
        size("fuse_lseek_in", FileFrames.LSEEK_IN, 24), size("fuse_lseek_out", FileFrames.LSEEK_OUT, 8),
        size("fuse_dirent", FileFrames.DIRENT, 24));
  }

  private static Arguments size(String name, StructLayout layout, int bytes) {
    return Arguments.of(name, layout, bytes);
  }

  @ParameterizedTest(name = "{0} has {2} bytes")
  @MethodSource("sizes")
  void structHasTheKernelsSize(String name, StructLayout layout, int bytes) {
    assertThat(layout.byteSize()).as(name).isEqualTo(bytes);
  }

  @Test
  void fieldsStandWhereTheKernelPutsThem() {
    assertThat(Headers.IN_NODE).isEqualTo(16);
    assertThat(Headers.IN_PID).isEqualTo(32);
    assertThat(Init.OUT_MAX_BACKGROUND).isEqualTo(16);
    assertThat(Init.OUT_MAX_WRITE).isEqualTo(20);
    assertThat(Init.OUT_MAX_PAGES).isEqualTo(28);
    assertThat(Init.OUT_FLAGS2).isEqualTo(32);
    assertThat(AttributeFrames.ATTR_MODE).isEqualTo(60);
    assertThat(AttributeFrames.ATTR_BLOCK_BYTES).isEqualTo(80);
    assertThat(AttributeFrames.ENTRY_OUT_ATTR).isEqualTo(40);
    assertThat(AttributeFrames.SETATTR_ATIME).isEqualTo(32);
    assertThat(AttributeFrames.SETATTR_MODE).isEqualTo(68);
    assertThat(AttributeFrames.SETATTR_UID).isEqualTo(76);
    assertThat(AttributeFrames.STATFS_BLOCK_BYTES).isEqualTo(40);
    assertThat(FileFrames.IO_SIZE).isEqualTo(16);
    assertThat(FileFrames.IO_FILE_FLAGS).isEqualTo(32);
    assertThat(FileFrames.FALLOCATE_MODE).isEqualTo(24);
  }

  @Test
  void opcodesAreFoundByNumber() {
    for (Opcode opcode : Opcode.values()) {
      assertThat(Opcode.of(opcode.code())).isEqualTo(opcode);
    }
    assertThat(Opcode.of(7)).isNull();
    assertThat(Opcode.of(4096)).isNull();
    assertThat(Opcode.of(-1)).isNull();
    assertThat(Opcode.BATCH_FORGET.code()).isEqualTo(42);
    assertThat(Opcode.SYNCFS.code()).isEqualTo(50);
  }
}
