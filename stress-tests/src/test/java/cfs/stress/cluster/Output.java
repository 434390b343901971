package cfs.stress.cluster;

/** How a command ended and what it printed. */
public record Output(String command, int exit, String out, String err) {
  @Override
  public String toString() {
    return "$ " + command + "\n" + out + (err.isEmpty() ? "" : "[stderr]\n" + err) + "[exit " + exit + "]";
  }
}
