package cfs.host.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cfs.host.problem.ProblemCode;
import cfs.lun.VolumeError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
  @TempDir
  private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"", "upp", "up --hosts 0", "up --size 10X", "up --size 1M", "format",
      "format --lun a", "umount",
      "mount", "mount vol1", "daemon", "coordinator --directory /tmp --listen nowhere", "status --nonsense",
      "format --lun a --name b --stripe-unit 1K"})
  void wrongUsageIsOneLineWithExitCodeTwo(String arguments) {
    Cli cli = Cli.run(arguments.isEmpty() ? new String[0] : arguments.split(" "));
    assertThat(cli.exitCode()).isEqualTo(2);
    assertThat(cli.err()).startsWith("error [ARGUMENT_INVALID]: ").contains(" Next: ./cfs ");
    assertThat(cli.out()).isEmpty();
  }

  @Test
  void misspelledCommandsAreSuggested() {
    assertThat(Cli.run("statsu").err()).contains("status");
  }

  @ParameterizedTest
  @ValueSource(strings = {"up", "down", "status", "stats", "mount", "umount", "format", "doctor", "version",
      "daemon",
      "coordinator"})
  void everyCommandHasHelp(String command) {
    Cli cli = Cli.run(command, "--help");
    assertThat(cli.exitCode()).isZero();
    assertThat(cli.out()).contains("Usage: cfs " + command);
  }

  @ParameterizedTest
  @ValueSource(strings = {"status", "down", "stats", "umount /nowhere"})
  void withoutAClusterTheNextCommandIsUp(String arguments) {
    Cli cli = Cli.run((arguments + " --run " + directory).split(" "));
    assertThat(cli.exitCode()).isEqualTo(1);
    assertThat(cli.err())
        .isEqualTo("error [NOT_SET_UP]: There is no cluster in " + directory + ". Next: ./cfs up\n");
  }

  @Test
  void versionIsJsonWhenAsked() {
    assertThat(Cli.run("version", "--json").out()).contains("\"schema\" : 1").contains("\"kernel\"");
    assertThat(Cli.run("version").out()).startsWith("cfs ");
  }

  @Test
  void doctorNamesWhatMendsAMissingFuseDevice() {
    Cli cli = Cli.run("doctor", "--run", directory.toString(), "--fuse-device", "/dev/no-fuse");
    assertThat(cli.exitCode()).isEqualTo(1);
    assertThat(cli.out()).contains("FAIL").contains("[FUSE_MISSING] Next: modprobe fuse");
  }

  static Stream<String> codes() {
    return Stream.concat(Arrays.stream(ProblemCode.values()).map(Enum::name),
        Arrays.stream(VolumeError.values()).map(Enum::name));
  }

  @ParameterizedTest
  @MethodSource("codes")
  void everyCodeIsDocumented(String code) throws IOException {
    Path page = Path.of("../docs/OPERATING.md");
    assertThat(Files.readString(page)).contains("| `" + code + "` |");
  }
}
