package cfs.host.local;

import java.io.PrintWriter;
import java.util.Locale;

/** Lines that tell what is being done: a name, what happened, how long it took. */
public final class Progress {
  private final PrintWriter out;
  private final long startNanos = System.nanoTime();

  public Progress(PrintWriter out) {
    this.out = out;
  }

  public synchronized void title(String text) {
    out.println(text);
    out.flush();
  }

  public synchronized void line(String what, String outcome) {
    out.println(String.format(Locale.ROOT, "  %5.1f s  %-12s %s", (System.nanoTime() - startNanos) / 1e9,
        what, outcome));
    out.flush();
  }
}
