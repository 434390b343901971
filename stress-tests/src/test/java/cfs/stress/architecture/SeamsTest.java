package cfs.stress.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import cfs.stress.architecture.fixture.Bypasses;
import cfs.stress.architecture.fixture.adapter.FixtureAdapter;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No clock, randomness, thread, file or socket outside the adapters. */
class SeamsTest {
  private static final JavaClasses FIXTURES = new ClassFileImporter().importPackagesOf(Bypasses.class);

  @ParameterizedTest
  @EnumSource
  void productionCodeGoesThroughThePorts(Seam seam) {
    seam.rule().check(Production.CLASSES);
  }

  /** Each method of a fixture bypasses its seam in another way, and every one of them must be reported. */
  @TestFactory
  Stream<DynamicTest> everyBypassIsReported() {
    return Arrays.stream(Seam.values()).flatMap(seam -> {
      Class<?> fixture = Bypasses.of(seam.name());
      List<String> report = report(seam, fixture);
      return Arrays.stream(fixture.getDeclaredMethods()).filter(method -> !method.isSynthetic())
          .map(method -> DynamicTest.dynamicTest(seam + " " + method.getName(),
              () -> assertThat(report).anyMatch(line -> line.contains("." + method.getName() + "("))));
    });
  }

  @ParameterizedTest
  @EnumSource
  void harmlessCallsAreNotReported(Seam seam) {
    assertThat(report(seam, Bypasses.Harmless.class)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void adaptersMayDoIt(Seam seam) {
    assertThat(report(seam, FixtureAdapter.class)).isEmpty();
  }

  @Test
  void seamsBindTheRightModules() {
    assertThat(Module.values()).filteredOn(Seam.CLOCK::binds).containsExactly(Module.CORE, Module.LOCK,
        Module.VOLUME, Module.SNAPSHOT, Module.QOS, Module.FUSE);
    assertThat(Module.values()).filteredOn(Seam.FILE::binds).doesNotContain(Module.FUSE, Module.HOST,
        Module.STRESS);
  }

  private static List<String> report(Seam seam, Class<?> fixture) {
    DescribedPredicate<JavaClass> isFixture = DescribedPredicate.describe("under test",
        type -> type.getName().equals(fixture.getName()));
    return seam.rule(isFixture).evaluate(FIXTURES).getFailureReport().getDetails();
  }
}
