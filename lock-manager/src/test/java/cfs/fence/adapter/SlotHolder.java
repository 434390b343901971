package cfs.fence.adapter;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A child process that holds the slot of a host until its standard input ends. */
public final class SlotHolder implements AutoCloseable {
  private final Process process;

  private SlotHolder(Process process) {
    this.process = process;
  }

  public static void main(String[] args) throws IOException {
    HostSlot slot = HostSlot.take(Path.of(args[0]), Integer.parseInt(args[1]), Long.parseLong(args[2]));
    System.out.println("taken");
    System.in.read();
    slot.close();
  }

  /** Returns when the child holds the slot. */
  static SlotHolder start(Path dir, int hostId, long incarnation) throws IOException {
    List<String> command = new ArrayList<>(
        List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"),
            SlotHolder.class.getName(), dir.toString(), "" + hostId, "" + incarnation));
    Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String line = process.inputReader().readLine();
    if (!"taken".equals(line)) {
      process.destroyForcibly();
      throw new IOException("the child did not take the slot: " + line);
    }
    return new SlotHolder(process);
  }

  boolean alive() {
    return process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  void stop() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-STOP", "" + process.pid()).start().waitFor();
  }

  /** The exit code: 128 + 9 after SIGKILL. */
  int exit() throws InterruptedException {
    return process.waitFor(20, TimeUnit.SECONDS) ? process.exitValue() : -1;
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
