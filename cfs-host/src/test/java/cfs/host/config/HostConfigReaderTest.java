package cfs.host.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import cfs.host.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostConfigReaderTest {
  @TempDir
  private Path directory;

  private HostConfig config;
  private String good;

  @BeforeEach
  void writeOne() throws IOException {
    config = Configs.in(directory.toRealPath());
    good = HostConfigWriter.toml(config);
  }

  @Test
  void whatWasWrittenIsReadBack() throws IOException {
    assertThat(read(good)).isEqualTo(config);
  }

  @Test
  void relativePathsCountFromTheFileSoThatTheDirectoryCanMove() throws IOException {
    assertThat(good).contains("\"a.img\"").doesNotContain(directory.toString());
    Path moved = Files.createDirectory(directory.resolve("moved")).toRealPath();
    Path file = Files.writeString(moved.resolve("host7.toml"), good);
    assertThat(HostConfigReader.read(file)).isEqualTo(Configs.in(moved));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "name = \"vol1\"          | nmae = \"vol1\"          | 'the key \"name\" is missing in [volume]'",
      "read_only = true         | read_only = true\\ncolour = 1 | 'unknown key \"colour\" in [volume]'",
      "id = 7                   | id = \"7\"               | '\"id\" must be a whole number from 1 to 1023'",
      "id = 7                   | id = 0                   | '\"id\" must be a whole number from 1 to 1023'",
      "id = 7                   | id = 99999999999         | '\"id\" must be a whole number from 1 to 1023'",
      "listen = \"127.0.0.1:7301\" | listen = \"7301\"     | '\"7301\" is not an address'",
      "embedded = true          | embedded = \"yes\"       | '\"embedded\" must be true or false'",
      "memory_ceiling = \"256M\" | memory_ceiling = \"1M\" | 'is too little'",
      "memory_ceiling = \"256M\" | memory_ceiling = \"lots\" | '\"lots\" is not a size'",
      "session_timeout = \"4500ms\" | session_timeout = \"1h\" | '\"1h\" is not a duration'",
      "session_timeout = \"4500ms\" | session_timeout = \"90s\" | 'out of range'",
      "uuid = \"00000000-0000-1234-0000-000000005678\" | uuid = \"abc\" | '\"abc\" is not a UUID'",
      "luns = [                 | luns = \"x\" #           | 'must be a list of paths'",
      "[volume]                 | [volume]\\n[colours]      | 'unknown section'",
      "[cluster]                | [cluster                 | 'is not valid TOML'",
  })
  void mistakesAreRefusedWithTheirLine(String right, String wrong, String sentence) throws IOException {
    String replacement = wrong.strip().replace("\\n", "\n");
    assertThat(good).contains(right.strip());
    String bad = good.replace(right.strip(), replacement);
    Problem problem = refused(bad);
    assertThat(problem.code()).isEqualTo("CONFIG_INVALID");
    assertThat(problem.sentence()).contains(sentence);
    assertThat(problem.sentence()).matches("(?s).*host7\\.toml:\\d+: .*");
  }

  @Test
  void theLineIsTheOneOfTheMistake() throws IOException {
    String bad = good.replace("id = 7", "id = \"seven\"");
    int line = 1 + (int) bad.substring(0, bad.indexOf("id = \"seven\"")).lines().count() - 0;
    Problem problem = refused(bad);
    assertThat(problem.sentence()).contains("host7.toml:" + line + ":");
    assertThat(problem.next())
        .isEqualTo("edit " + directory.toRealPath().resolve("host7.toml") + " line " + line);
  }

  @Test
  void missingFileHasItsOwnCode() {
    Problem problem = catchThrowableOfType(Problem.class,
        () -> HostConfigReader.read(directory.resolve("none.toml")));
    assertThat(problem.code()).isEqualTo("CONFIG_MISSING");
  }

  @Test
  void hugeFileIsNotParsed() throws IOException {
    assertThat(refused("#".repeat(2 << 20)).code()).isEqualTo("CONFIG_INVALID");
  }

  private HostConfig read(String text) throws IOException {
    return HostConfigReader.read(Files.writeString(config.file(), text));
  }

  private Problem refused(String text) throws IOException {
    Path file = Files.writeString(config.file(), text);
    return catchThrowableOfType(Problem.class, () -> HostConfigReader.read(file));
  }
}
