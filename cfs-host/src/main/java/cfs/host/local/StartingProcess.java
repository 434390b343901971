package cfs.host.local;

import cfs.host.admin.Json;
import cfs.host.problem.Problem;
import cfs.host.problem.ProblemCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** A process of ours between its start and the moment it says that it is ready, or why not. */
final class StartingProcess {
  /** Steps are few; more than this means a broken child, whose further words are dropped. */
  private static final int EVENTS_MAX = 256;
  private static final StartEvent ENDED = new StartEvent(null, null, null);

  private final String name;
  private final long pid;
  private final @Nullable Process process;
  private final Path output;
  private final BlockingQueue<StartEvent> events = new ArrayBlockingQueue<>(EVENTS_MAX);
  private String lastStep = "starting";

  StartingProcess(String name, Process process, Path output) {
    this(name, process.pid(), process, output);
    Thread.ofPlatform().daemon().name("events-of-" + name).start(() -> readEvents(process));
  }

  private StartingProcess(String name, long pid, @Nullable Process process, Path output) {
    this.name = name;
    this.pid = pid;
    this.process = process;
    this.output = output;
  }

  /** A process that needs no start. */
  static StartingProcess alreadyRuns(String name, long pid) {
    StartingProcess running = new StartingProcess(name, pid, null, Path.of("."));
    running.events.add(StartEvent.ready("runs already"));
    return running;
  }

  long pid() {
    return pid;
  }

  /** Waits for the process to be ready and returns what it said; throws the problem that stopped it. */
  String awaitReady(Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    for (int i = 0; i < EVENTS_MAX; i++) {
      StartEvent event = next(deadline - System.nanoTime());
      if (event == null) {
        if (process != null) {
          process.destroy();
        }
        throw new Problem(ProblemCode.START_TIMED_OUT, name + " was not ready within " + limit.toSeconds()
            + " s; its last step was: " + lastStep, "tail " + output.resolveSibling(name + ".log"));
      }
      if (event.problem() != null) {
        throw event.problem().toProblem();
      }
      if (event.ready() != null) {
        return event.ready();
      }
      if (event.equals(ENDED)) {
        break;
      }
      lastStep = String.valueOf(event.step());
    }
    throw new Problem(ProblemCode.HOST_DIED,
        name + " ended" + exitCode() + " before it was ready; its last step was: "
            + lastStep,
        "tail " + output);
  }

  private @Nullable StartEvent next(long nanos) {
    try {
      return events.poll(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  private String exitCode() {
    try {
      return process != null && process.waitFor(1, TimeUnit.SECONDS) ? " with code " + process.exitValue()
          : "";
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  private void readEvents(Process process) {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("{")) {
          events.offer(Json.read(line, StartEvent.class));
        }
      }
    } catch (IOException | JacksonException broken) {
      events.offer(StartEvent.step("its report broke: " + broken.getMessage()));
    }
    events.offer(ENDED);
  }
}
