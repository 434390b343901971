package cfs.host.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
  @ParameterizedTest
  @CsvSource({"0,0", "4096,4096", "1K,1024", "10G,10737418240", "10GiB,10737418240", "256k,262144",
      "1.5M,1572864", "2 T,2199023255552", "7E,8070450532247928832"})
  void sizesAreReadInPowersOf1024(String text, long bytes) {
    assertThat(ByteSize.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "G", "-1G", "10X", "1e3", "0x10", "10 Gigabytes", "1.2.3G", "NaN"})
  void whatIsNoSizeIsRefusedWithItsText(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + text + "\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"8E", "999999999999999999T", "16E"})
  void whatDoesNotFitALongIsRefused(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("8 EiB");
  }

  @Test
  void sizesAreShownWithIecUnits() {
    assertThat(ByteSize.show(0)).isEqualTo("0 B");
    assertThat(ByteSize.show(1023)).isEqualTo("1023 B");
    assertThat(ByteSize.show(1536)).isEqualTo("1.5 KiB");
    assertThat(ByteSize.show(2L << 30)).isEqualTo("2.0 GiB");
    assertThat(ByteSize.show(Long.MAX_VALUE)).isEqualTo("8.0 EiB");
  }
}
