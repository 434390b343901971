package cfs.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cfs.fs.OpenFile;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenFilesTest {
  private final MemoryFileSystem fileSystem = new MemoryFileSystem();
  private final OpenFiles files = new OpenFiles();

  private OpenFile open() {
    return fileSystem.open(MemoryFileSystem.ROOT, 0);
  }

  @Test
  void handlesFindTheirFilesBeyondTheFirstTable() {
    List<OpenFile> opened = new ArrayList<>();
    List<Long> handles = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      opened.add(open());
      handles.add(files.add(fileSystem, opened.getLast()));
    }

    for (int i = 0; i < 5000; i++) {
      assertThat(files.get(handles.get(i))).isSameAs(opened.get(i));
    }
    assertThat(handles).doesNotHaveDuplicates().doesNotContain(0L);
  }

  @Test
  void releasedHandlesAreUsedAgain() {
    long first = files.add(fileSystem, open());
    files.remove(first);

    assertThat(files.add(fileSystem, open())).isEqualTo(first);
  }

  @Test
  void handlesThatAreNotOpenAreRefused() {
    long handle = files.add(fileSystem, open());
    files.remove(handle);

    for (long wrong : new long[]{0, -1, handle, 1 << 19, 1L << 40}) {
      assertThatThrownBy(() -> files.get(wrong)).isInstanceOf(IllegalStateException.class);
    }
    assertThatThrownBy(() -> files.remove(handle)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void atTheEndEveryFileIsGivenBack() {
    for (int i = 0; i < 3000; i++) {
      files.add(fileSystem, open());
    }
    long twins = files.add(fileSystem, open());
    files.get(twins, true, fileSystem::open);

    assertThat(files.removeAll()).hasSize(3002);
    assertThat(files.removeAll()).isEmpty();
  }
}
