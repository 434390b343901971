package cfs.stress.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import cfs.stress.architecture.fixture.UsesLibrary;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.net.URI;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Arrows between modules point only downwards, and each library is used only by the module that names it. */
class ModuleArrowsTest {
  @Test
  void arrowsPointDownwards() {
    classes().should(new ArchCondition<JavaClass>("use only modules below and libraries of their module") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        checkArrows(Module.of(type).orElseThrow(), type, events);
      }
    }).allowEmptyShould(true).check(Production.CLASSES);
  }

  @Test
  void packagesStayInTheirModule() {
    classes().should(new ArchCondition<JavaClass>("live in a package of their module") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        Module module = Module.of(type).orElseThrow();
        if (!module.owns(type.getPackageName())) {
          events.add(SimpleConditionEvent.violated(type, type.getName() + " is in " + module));
        }
      }
    }).allowEmptyShould(true).check(Production.CLASSES);
  }

  /** Without this, a mistake in finding the classes would make every rule pass. */
  @Test
  void everyModuleIsSeen() {
    EnumSet<Module> seen = EnumSet.noneOf(Module.class);
    Production.CLASSES.forEach(type -> seen.add(Module.of(type).orElseThrow()));
    assertThat(seen).containsExactly(Module.values());
  }

  @Test
  void foreignLibraryIsReported() {
    JavaClass type = new ClassFileImporter().importClass(UsesLibrary.class);
    ConditionEvents events = ConditionEvents.Factory.create();
    Arrays.stream(Module.values()).filter(module -> module != Module.HOST && module != Module.STRESS)
        .forEach(module -> checkArrows(module, type, events));
    assertThat(events.getViolating()).hasSize(6);
  }

  @Test
  void arrowsAreThoseOfTheDesign() {
    assertThat(Module.FUSE.mayUse(Module.QOS)).isTrue();
    assertThat(Module.QOS.mayUse(Module.FUSE)).isFalse();
    assertThat(Module.CORE.mayUse(Module.LOCK)).isFalse();
    assertThat(Module.LOCK.mayUse(Module.VOLUME)).isFalse();
    assertThat(Module.HOST.mayUse(Module.STRESS)).isFalse();
    assertThat(Module.CORE.owns("cfs.format")).isTrue();
    assertThat(Module.CORE.owns("cfs.lock.lease")).isFalse();
  }

  @Test
  void modulesAreFoundInTreesAndJarsButTestsAreNot() {
    assertThat(Module.at(URI.create("file:/src/qos/cfs-core/target/classes/cfs/A.class")))
        .contains(Module.CORE);
    assertThat(Module.at(URI.create("jar:file:/x/qos/target/qos-0.1.0-SNAPSHOT.jar!/cfs/A.class")))
        .contains(Module.QOS);
    assertThat(Module.at(URI.create("jar:file:/x/cfs-host/target/cfs-host.jar!/cfs/A.class")))
        .contains(Module.HOST);
    assertThat(Module.at(URI.create("jar:file:/x/cfs-core-0.1.0-SNAPSHOT-tests.jar!/cfs/A.class"))).isEmpty();
    assertThat(Module.at(URI.create("file:/x/cfs-core/target/test-classes/cfs/A.class"))).isEmpty();
  }

  private static void checkArrows(Module module, JavaClass type, ConditionEvents events) {
    for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
      JavaClass target = dependency.getTargetClass().getBaseComponentType();
      Optional<Module> other = Module.of(target);
      boolean allowed = target.isPrimitive()
          || other.map(module::mayUse).orElseGet(() -> module.mayUseLibrary(target.getPackageName()));
      if (!allowed) {
        events.add(SimpleConditionEvent.violated(dependency, module + ": " + dependency.getDescription()));
      }
    }
  }
}
