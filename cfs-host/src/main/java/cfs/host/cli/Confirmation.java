package cfs.host.cli;

import cfs.host.problem.Problem;
import cfs.host.problem.ProblemCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.Charset;

/** Destructive work needs the name of what is destroyed, typed, or --yes. */
final class Confirmation {
  private Confirmation() {}

  /**
   * @param warning what will be lost, one sentence
   * @param name what the user must type
   */
  static void require(boolean yes, String warning, String name, PrintWriter out) {
    if (yes) {
      return;
    }
    out.println(warning);
    out.print("Type " + name + " to go on: ");
    out.flush();
    String typed;
    try {
      BufferedReader in = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
      typed = in.readLine();
    } catch (IOException noInput) {
      typed = null;
    }
    if (!name.equals(typed == null ? null : typed.strip())) {
      out.println();
      out.flush();
      throw new Problem(ProblemCode.CONFIRMATION_MISSING, "Not confirmed, nothing was changed",
          "type " + name + " when asked, or give --yes");
    }
  }
}
