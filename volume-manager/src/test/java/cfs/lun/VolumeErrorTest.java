package cfs.lun;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VolumeErrorTest {
  @ParameterizedTest
  @EnumSource
  void isOneSentenceThatNamesItsSubjectAndTheNextCommand(VolumeError error) {
    VolumeException refusal = error.of("/dev/50%off", "a detail");
    assertThat(error.name()).matches("[A-Z][A-Z_]+");
    assertThat(refusal.code()).isEqualTo(error);
    assertThat(refusal.error()).isEqualTo(error.fsError());
    assertThat(refusal.getMessage()).contains("/dev/50%off").endsWith(".").doesNotContain("%1")
        .doesNotContain("%2");
    assertThat(refusal.nextCommand()).isNotBlank().doesNotContain("%1");
  }
}
