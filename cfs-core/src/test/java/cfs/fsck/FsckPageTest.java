package cfs.fsck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FsckPageTest {
  /** Tests run in the module's directory. */
  private static final Path PAGE = Path.of("..", "docs", "FSCK.md");

  @Test
  void pageSaysWhatTheCodeSays() throws IOException {
    if (Boolean.getBoolean("cfs.regenerate")) {
      Files.writeString(PAGE, FsckPage.render());
    }
    assertThat(Files.readString(PAGE)).as("docs/FSCK.md is stale; run: " + FsckPage.COMMAND)
        .isEqualTo(FsckPage.render());
  }
}
