package cfs.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FormatPageTest {
  /** Tests run in the module's directory. */
  private static final Path PAGE = Path.of("..", "docs", "FORMAT.md");

  @Test
  void pageSaysWhatTheCodeSays() throws IOException {
    if (Boolean.getBoolean("cfs.regenerate")) {
      Files.writeString(PAGE, FormatPage.render());
    }
    assertThat(Files.readString(PAGE)).as("docs/FORMAT.md is stale; run: " + FormatPage.COMMAND)
        .isEqualTo(FormatPage.render());
  }

  @Test
  void everyFieldHasAMeaning() {
    for (FormatPage.Section s : FormatPage.sections()) {
      assertThat(s.meanings().keySet()).as(s.title())
          .containsExactlyInAnyOrderElementsOf(
              s.layout().memberLayouts().stream().map(f -> f.name().orElseThrow()).toList());
    }
  }
}
