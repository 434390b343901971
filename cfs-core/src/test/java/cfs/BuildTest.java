package cfs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Keeps the build honest: on the wrong JDK or without assertions the tests would prove less than they seem to. */
class BuildTest {
  @Test
  void testsRunOnJava25WithAssertions() {
    assertThat(Runtime.version().feature()).isEqualTo(25);
    assertThat(BuildTest.class.desiredAssertionStatus()).isTrue();
  }
}
