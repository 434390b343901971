package cfs.lock;

import cfs.error.FencedException;
import cfs.port.Clock;
import cfs.wire.LockMessage.Probe;
import cfs.wire.LockMessage.ProbeReply;
import cfs.wire.LockMessage.Resource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Questions to masters whether a live host holds a resource; asked by the journal replay. Lane only. */
final class Probes {
  /** Exactly one of the two is called. */
  interface Answer {
    void held(boolean byLiveHost);

    void refused(FencedException why);
  }

  private static final class Open {
    final Resource resource;
    final Answer answer;
    final Repeat repeat = new Repeat();

    Open(Resource resource, Answer answer) {
      this.resource = resource;
      this.answer = answer;
    }
  }

  private final LockEngine engine;
  private final LocalLocks local;
  private final Clock clock;
  private final Map<Long, Open> open = new LinkedHashMap<>();
  private long lastId;
  private @Nullable FencedException refusal;

  Probes(LockEngine engine, LocalLocks local, Clock clock) {
    this.engine = engine;
    this.local = local;
    this.clock = clock;
  }

  void ask(Resource resource, Answer answer) {
    if (refusal != null) {
      answer.refused(refusal);
      return;
    }
    long id = ++lastId;
    Open probe = new Open(resource, answer);
    open.put(id, probe);
    probe.repeat.start(clock.nanoTime());
    send(id, probe);
    engine.scheduleTick();
  }

  private void send(long id, Open probe) {
    if (local.inView()) {
      engine.send(local.masterOf(probe.resource), new Probe(probe.resource, id));
    }
  }

  void onReply(ProbeReply reply) {
    Open probe = open.remove(reply.probeId());
    if (probe != null) {
      probe.answer.held(reply.held());
    }
  }

  /** A new view: another master may have to answer. */
  void resume() {
    open.forEach((id, probe) -> {
      probe.repeat.start(clock.nanoTime());
      send(id, probe);
    });
  }

  void tick(long nowNanos) {
    open.forEach((id, probe) -> {
      if (probe.repeat.due(nowNanos)) {
        send(id, probe);
      }
    });
  }

  void stop(FencedException why) {
    refusal = why;
    List<Open> refused = new ArrayList<>(open.values());
    open.clear();
    refused.forEach(probe -> probe.answer.refused(why));
  }

  boolean busy() {
    return !open.isEmpty();
  }
}
