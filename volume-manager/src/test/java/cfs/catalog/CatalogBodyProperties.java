package cfs.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import cfs.lun.AlignedMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Catalogs survive the round trip; anything else in their place is refused and never crashes the reader. */
class CatalogBodyProperties {
  @Property(tries = 200)
  void whatWasWrittenIsRead(@ForAll long seed) {
    Catalog catalog = random(new Random(seed));
    assertThat(catalog.defect()).isEmpty();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment body = AlignedMemory.allocate(arena, LunLayout.BODY_BYTES_MAX);
      CatalogBody.write(catalog, body);
      assertThat(CatalogBody.read(body)).contains(catalog);
    }
  }

  @Property(tries = 300)
  void aFlippedBitIsNoticed(@ForAll long seed, @ForAll @LongRange(min = 0) long place,
      @ForAll @IntRange(min = 0, max = 7) int bit) {
    Catalog catalog = random(new Random(seed));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment body = AlignedMemory.allocate(arena, LunLayout.BODY_BYTES_MAX);
      CatalogBody.write(catalog, body);
      long at = place % CatalogBody.lengthBytes(catalog);
      body.set(ValueLayout.JAVA_BYTE, at, (byte) (body.get(ValueLayout.JAVA_BYTE, at) ^ 1 << bit));
      assertThat(CatalogBody.read(body)).isEmpty();
      assertThat(CatalogBody.isTooNew(body)).isFalse();
    }
  }

  /** A checksum that fits proves nothing about counts and lengths when the writer was faulty. */
  @Property(tries = 500)
  void wrongFieldsUnderAFittingChecksumDoNoHarm(@ForAll long seed, @ForAll @LongRange(min = 0) long place,
      @ForAll int value) {
    Catalog catalog = random(new Random(seed));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment body = AlignedMemory.allocate(arena, LunLayout.BODY_BYTES_MAX);
      CatalogBody.write(catalog, body);
      long length = CatalogBody.lengthBytes(catalog);
      long at = 16 + place % (length / 4 - 4) * 4;
      body.set(Records.INT, at, value);
      int said = body.get(Records.INT, 24);
      if (said >= 160 && said <= LunLayout.BODY_BYTES_MAX) {
        body.set(Records.INT, 12, Records.crc(body, 0, said, 12));
      }
      CatalogBody.read(body).ifPresent(read -> assertThat(read.defect()).isEmpty());
    }
  }

  private static Catalog random(Random random) {
    List<Member> members = new ArrayList<>();
    List<SegmentRecord> segments = new ArrayList<>();
    int count = 1 + random.nextInt(6);
    for (int i = 0; i < count; i++) {
      members.add(new Member(new UUID(random.nextLong(), random.nextLong()), random.nextLong(),
          (64L << 20) + random.nextInt(1 << 30) * 512L));
    }
    List<Extent> columns = members.stream().map(member -> new Extent(member.lun(), 1 << 20, 32L << 20))
        .toList();
    segments.add(new SegmentRecord(SegmentKind.STRIPE, 1 << 16 + random.nextInt(7), columns));
    for (Member member : members) {
      segments.add(new SegmentRecord(SegmentKind.LINEAR, 0,
          List.of(new Extent(member.lun(), 33L << 20, 1 + random.nextInt(29) << 20))));
    }
    return new Catalog(1 + random.nextInt(1000), new UUID(random.nextLong(), 1),
        new UUID(2, random.nextLong()),
        new UUID(3, 3), "vol-" + random.nextInt(), members, segments);
  }
}
