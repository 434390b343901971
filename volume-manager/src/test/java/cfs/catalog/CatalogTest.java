package cfs.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What cannot be a catalog. */
class CatalogTest {
  private static final long MIB = 1 << 20;

  private final Catalog sound = TestGroup.firstCatalog(2);
  private final Member first = sound.members().get(0);
  private final Member second = sound.members().get(1);

  @Test
  void soundCatalogHasNoDefect() {
    assertThat(sound.defect()).isEmpty();
    assertThat(sound.volumeBytes()).isEqualTo(120 * MIB);
    assertThat(linear(new Extent(first.lun(), MIB, MIB), new Extent(first.lun(), 2 * MIB, MIB)).defect())
        .isEmpty();
  }

  @Test
  void extentsStayInTheDataArea() {
    assertThat(linear(new Extent(first.lun(), 0, MIB)).defect()).isPresent();
    assertThat(linear(new Extent(first.lun(), 62 * MIB, MIB)).defect()).isEmpty();
    assertThat(linear(new Extent(first.lun(), 62 * MIB, 2 * MIB)).defect()).isPresent();
    assertThat(linear(new Extent(first.lun(), MIB, Long.MAX_VALUE / MIB * MIB)).defect()).isPresent();
    assertThat(linear(new Extent(first.lun(), MIB, 4096)).defect()).isPresent();
    assertThat(linear(new Extent(first.lun(), MIB, 0)).defect()).isPresent();
    assertThat(linear(new Extent(sound.group(), MIB, MIB)).defect()).isPresent();
  }

  @Test
  void extentsDoNotOverlap() {
    assertThat(linear(new Extent(first.lun(), 4 * MIB, 4 * MIB), new Extent(first.lun(), 6 * MIB, 4 * MIB))
        .defect()).isPresent();
    assertThat(linear(new Extent(first.lun(), 4 * MIB, 4 * MIB), new Extent(first.lun(), 2 * MIB, 9 * MIB))
        .defect()).isPresent();
    assertThat(linear(new Extent(first.lun(), 4 * MIB, 9 * MIB), new Extent(first.lun(), 5 * MIB, MIB))
        .defect()).isPresent();
    assertThat(linear(new Extent(first.lun(), 4 * MIB, MIB), new Extent(second.lun(), 4 * MIB, MIB)).defect())
        .isEmpty();
  }

  @Test
  void stripesAreEvenAndOverDistinctLuns() {
    Extent here = new Extent(first.lun(), MIB, 4 * MIB);
    assertThat(stripe(65536, here, new Extent(second.lun(), MIB, 4 * MIB)).defect()).isEmpty();
    assertThat(stripe(65536, here, new Extent(second.lun(), MIB, 5 * MIB)).defect()).isPresent();
    assertThat(stripe(65536, here, new Extent(first.lun(), 9 * MIB, 4 * MIB)).defect()).isPresent();
    assertThat(stripe(32768, here).defect()).isPresent();
    assertThat(stripe(65536 * 3, here).defect()).isPresent();
    assertThat(stripe(8 << 20, here).defect()).isPresent();
    assertThat(stripe(0, here).defect()).isPresent();
  }

  @Test
  void namesAreUsableInPathsAndTables() {
    assertThat(List.of("a", "Vol_1.2-x", "x".repeat(64))).allMatch(Catalog::isName);
    assertThat(List.of("", "a b", "a/b", "ä", "x".repeat(65), "a\n")).noneMatch(Catalog::isName);
  }

  private Catalog linear(Extent... columns) {
    return sound.withSegments(List.of(new SegmentRecord(SegmentKind.LINEAR, 0, List.of(columns))));
  }

  private Catalog stripe(int unit, Extent... columns) {
    return sound.withSegments(List.of(new SegmentRecord(SegmentKind.STRIPE, unit, List.of(columns))));
  }
}
