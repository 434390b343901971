package cfs.lock;

import cfs.wire.LockMessage;
import cfs.wire.LockMessage.Held;
import cfs.wire.LockMessage.Rebuild;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Tells every master of a new view what this host holds, in parts that are repeated until each is answered. Lane only. */
final class RebuildSender {
  /** Parts on their way to one master at once: 1 MiB, which a transport's queue takes. */
  private static final int WINDOW = 16;

  private static final class Report {
    final List<Rebuild> parts;
    final BitSet answered = new BitSet();
    final BitSet sent = new BitSet();
    final Repeat repeat = new Repeat();

    Report(List<Rebuild> parts) {
      this.parts = parts;
    }
  }

  private final LockEngine engine;
  private final Map<Integer, Report> unfinished = new TreeMap<>();

  RebuildSender(LockEngine engine) {
    this.engine = engine;
  }

  void start(Map<Integer, List<Held>> heldByMaster, long nowNanos) {
    unfinished.clear();
    heldByMaster.forEach((master, held) -> {
      Report report = new Report(split(held));
      report.repeat.start(nowNanos);
      unfinished.put(master, report);
      send(master, report);
    });
    engine.scheduleTick();
  }

  private static List<Rebuild> split(List<Held> held) {
    int chunks = Math.max(1, (held.size() + LockMessage.MAX_HELD - 1) / LockMessage.MAX_HELD);
    List<Rebuild> parts = new ArrayList<>(chunks);
    for (int i = 0; i < chunks; i++) {
      int from = i * LockMessage.MAX_HELD;
      parts.add(
          new Rebuild(i, chunks, held.subList(from, Math.min(held.size(), from + LockMessage.MAX_HELD))));
    }
    return parts;
  }

  private void send(int master, Report report) {
    int window = 0;
    for (int i = report.answered.nextClearBit(0); i < report.parts.size()
        && window < WINDOW; i = report.answered
            .nextClearBit(i + 1)) {
      window++;
      if (!report.sent.get(i)) {
        report.sent.set(i);
        engine.send(master, report.parts.get(i));
      }
    }
  }

  void onAck(int from, int chunk) {
    Report report = unfinished.get(from);
    if (report == null || chunk < 0 || chunk >= report.parts.size()) {
      return;
    }
    report.answered.set(chunk);
    if (report.answered.cardinality() == report.parts.size()) {
      unfinished.remove(from);
    } else {
      send(from, report);
    }
  }

  void tick(long nowNanos) {
    unfinished.forEach((master, report) -> {
      if (report.repeat.due(nowNanos)) {
        report.sent.clear();
        send(master, report);
      }
    });
  }

  void stop() {
    unfinished.clear();
  }

  boolean busy() {
    return !unfinished.isEmpty();
  }
}
