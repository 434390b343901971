package cfs.host.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnwindTest {
  private final List<String> closed = new ArrayList<>();

  @Test
  void partsCloseInReverseOrderOnce() {
    Unwind unwind = new Unwind();
    unwind.add("lock", () -> closed.add("lock"));
    unwind.add("luns", () -> closed.add("luns"));
    unwind.add("mount", () -> closed.add("mount"));
    unwind.close();
    unwind.close();
    assertThat(closed).containsExactly("mount", "luns", "lock");
  }

  @Test
  void aPartThatFailsDoesNotKeepTheOthersOpen() {
    Unwind unwind = new Unwind();
    unwind.add("lock", () -> closed.add("lock"));
    unwind.add("luns", () -> {
      throw new IOException("the array is gone");
    });
    unwind.add("mount", () -> {
      throw new IllegalStateException("broken");
    });
    unwind.close();
    assertThat(closed).containsExactly("lock");
  }
}
