package cfs.volume;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

/** Mappings are bijective, stay in bounds, and their shortcuts agree with each other. */
class AddressMapProperties {
  private static final long SMALLEST = 64 << 10;

  /** What the LUN ranges look like from outside: the columns' lengths. */
  record Case(AddressMap map, long[] columnBytes) {}

  @Provide
  Arbitrary<Case> maps() {
    Arbitrary<Case> linear = Arbitraries.longs().between(1, 5_000).array(long[].class).ofMinSize(1)
        .ofMaxSize(6)
        .map(sizes -> {
          long[] bytes = java.util.Arrays.stream(sizes).map(size -> size * 512).toArray();
          return new Case(new LinearMap(bytes), bytes);
        });
    Arbitrary<Case> stripe = Combinators.combine(Arbitraries.integers().between(1, 9),
        Arbitraries.integers().between(1, 12), Arbitraries.integers().between(16, 22))
        .as((columns, units, shift) -> {
          long[] bytes = new long[columns];
          java.util.Arrays.fill(bytes, (long) units << shift);
          return new Case(new StripeMap(columns, bytes[0], 1 << shift), bytes);
        });
    return Arbitraries.oneOf(linear, stripe);
  }

  @Property(tries = 300)
  void everyBlockOfEveryColumnIsMappedExactlyOnce(@ForAll("maps") Case sample) {
    long step = sample.map() instanceof StripeMap ? SMALLEST : 512;
    Set<String> seen = new HashSet<>();
    long total = 0;
    for (long bytes : sample.columnBytes()) {
      total += bytes / step;
    }
    assertThat(sample.map().sizeBytes()).isEqualTo(total * step);
    for (long at = 0; at < sample.map().sizeBytes(); at += step) {
      int column = sample.map().column(at);
      long inColumn = sample.map().columnOffset(at);
      assertThat(inColumn % step).isZero();
      assertThat(inColumn).isBetween(0L, sample.columnBytes()[column] - step);
      assertThat(seen.add(column + ":" + inColumn)).isTrue();
    }
    assertThat(seen).hasSize((int) total);
  }

  @Property
  void aRunIsContiguousAndEndsInItsColumn(@ForAll("maps") Case sample,
      @ForAll @LongRange(min = 0) long place) {
    AddressMap map = sample.map();
    long at = place % map.sizeBytes();
    long run = map.runBytes(at);
    assertThat(run).isBetween(1L, map.sizeBytes() - at);
    long last = at + run - 1;
    assertThat(map.column(last)).isEqualTo(map.column(at));
    assertThat(map.columnOffset(last)).isEqualTo(map.columnOffset(at) + run - 1);
    assertThat(map.columnOffset(at) + run).isLessThanOrEqualTo(sample.columnBytes()[map.column(at)]);
  }

  @Property
  void bytesBeforeAnOffsetAddUpToIt(@ForAll("maps") Case sample, @ForAll @LongRange(min = 0) long place) {
    AddressMap map = sample.map();
    long at = place % (map.sizeBytes() + 1);
    long sum = 0;
    for (int column = 0; column < map.columnCount(); column++) {
      long before = map.bytesBefore(column, at);
      assertThat(before).isBetween(0L, sample.columnBytes()[column]);
      sum += before;
    }
    assertThat(sum).isEqualTo(at);
    if (at < map.sizeBytes()) {
      assertThat(map.bytesBefore(map.column(at), at)).isEqualTo(map.columnOffset(at));
    }
  }

  /** Petabyte volumes: no intermediate result overflows. */
  @Property
  void largestStripesKeepTheirBounds(@ForAll @LongRange(min = 0) long place) {
    long columnBytes = 1L << 52;
    StripeMap map = new StripeMap(1023, columnBytes, 4 << 20);
    long at = place % map.sizeBytes();
    assertThat(map.column(at)).isBetween(0, 1022);
    assertThat(map.columnOffset(at)).isBetween(0L, columnBytes - 1);
    long unit = 4 << 20;
    long back = (map.columnOffset(at) / unit * 1023 + map.column(at)) * unit + at % unit;
    assertThat(back).isEqualTo(at);
  }
}
