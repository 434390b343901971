package cfs.stress.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;

/** The production classes of all modules, read once for all rules. */
final class Production {
  static final JavaClasses CLASSES = new ClassFileImporter()
      .withImportOption(location -> Module.at(location.asURI()).isPresent())
      .importPackages("cfs");

  private Production() {}
}
