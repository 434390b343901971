package cfs.host.cli;

import cfs.host.config.ByteSize;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Ranges of options. */
final class Checks {
  private Checks() {}

  static void between(CommandSpec spec, String option, long value, long min, long max) {
    if (value < min || value > max) {
      boolean size = max > 1 << 20;
      throw new ParameterException(spec.commandLine(),
          option + " must be from " + (size ? ByteSize.show(min) : min)
              + " to " + (size ? ByteSize.show(max) : max));
    }
  }
}
