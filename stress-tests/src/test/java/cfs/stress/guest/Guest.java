package cfs.stress.guest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * One run of the test guest in QEMU with {@code cache=none}, and its serial console. Only lines that ended count: a kill may
 * cut the last one short.
 */
public final class Guest implements AutoCloseable {
  private final Process process;
  private final OutputStream keyboard;
  private final List<String> lines = new ArrayList<>();
  private final Thread reader;

  private Guest(Process process) {
    this.process = process;
    this.keyboard = process.getOutputStream();
    this.reader = Thread.ofPlatform().daemon().name("guest-console").start(this::readConsole);
  }

  public static Guest start(Path image) throws IOException {
    return new Guest(new ProcessBuilder("qemu-system-x86_64", "-accel", "tcg", "-machine", "pc", "-m", "128",
        "-nodefaults", "-display", "none", "-no-reboot",
        "-drive", "file=" + image + ",format=raw,cache=none,if=virtio,aio=threads", "-serial", "stdio")
        .redirectErrorStream(true).start());
  }

  /** Everything complete so far, without the firmware's lines. */
  public synchronized List<String> lines() {
    return lines.stream().filter(line -> line.startsWith("GUEST ")).toList();
  }

  /** Waits until {@code count} lines fulfil the condition. */
  public synchronized void await(String what, Predicate<String> condition, int count, Duration limit)
      throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (lines.stream().filter(condition).count() < count) {
      long left = deadline - System.nanoTime();
      boolean over = !process.isAlive() && !reader.isAlive();
      if (left <= 0 || over) {
        throw new AssertionError(
            "no " + what + (over ? " before QEMU ended:\n" : " within " + limit.toSeconds() + " s:\n")
                + String.join("\n", lines));
      }
      TimeUnit.NANOSECONDS.timedWait(this, Math.min(left, 200_000_000L));
    }
  }

  public void awaitLine(String prefix, Duration limit) throws InterruptedException {
    await(prefix, line -> line.startsWith(prefix), 1, limit);
  }

  /** Waits for the {@code count}-th time that the guest takes commands. */
  public void awaitReady(int count, Duration limit) throws InterruptedException {
    await("GUEST READY number " + count, line -> line.equals("GUEST READY"), count, limit);
  }

  public void command(String command) throws IOException {
    keyboard.write((command + "\n").getBytes(StandardCharsets.US_ASCII));
    keyboard.flush();
  }

  /** Orderly: the guest unmounts and switches itself off. */
  public void powerOff(Duration limit) throws IOException, InterruptedException {
    command("poweroff");
    awaitLine("GUEST DOWN", limit);
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("QEMU does not end after GUEST DOWN");
    }
    if (process.exitValue() != 0) {
      throw new AssertionError("QEMU ended with " + process.exitValue() + ":\n" + String.join("\n", lines()));
    }
  }

  /** SIGKILL, as when the host's power goes; returns when QEMU is gone and its console read to the end. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(30, TimeUnit.SECONDS) || !reader.join(Duration.ofSeconds(10))) {
      throw new AssertionError("QEMU survives SIGKILL");
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private void readConsole() {
    try (BufferedReader console = process.inputReader(StandardCharsets.ISO_8859_1)) {
      StringBuilder line = new StringBuilder();
      for (int next = console.read(); next >= 0; next = console.read()) {
        if (next == '\n') {
          enter(line.toString().strip());
          line.setLength(0);
        } else {
          line.append((char) next);
        }
      }
    } catch (IOException closed) {
      enter("console closed: " + closed.getMessage());
    }
  }

  private synchronized void enter(String line) {
    lines.add(line);
    notifyAll();
  }
}
