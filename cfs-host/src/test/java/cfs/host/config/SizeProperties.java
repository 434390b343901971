package cfs.host.config;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class SizeProperties {
  @Property
  void exactSizesAreReadBack(@ForAll @LongRange(min = 0) long bytes) {
    assertThat(ByteSize.parse(ByteSize.exact(bytes))).isEqualTo(bytes);
  }

  @Property
  void exactTimesAreReadBack(@ForAll @LongRange(min = 0, max = 999_999_999) long millis) {
    assertThat(TimeSpan.parseNanos(TimeSpan.exact(millis * 1_000_000))).isEqualTo(millis * 1_000_000);
  }
}
