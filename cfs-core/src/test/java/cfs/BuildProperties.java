package cfs;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Property classes carry no JUnit Jupiter tests: the two engines would write the same report file. */
class BuildProperties {
  @Property(tries = 10)
  void propertiesRunInTheSameBuild(@ForAll int value) {
    assertThat(Integer.reverse(Integer.reverse(value))).isEqualTo(value);
  }
}
