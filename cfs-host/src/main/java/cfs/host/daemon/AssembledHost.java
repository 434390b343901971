package cfs.host.daemon;

import cfs.catalog.Catalog;
import cfs.catalog.SegmentKind;
import cfs.catalog.SegmentRecord;
import cfs.fs.VolumeStatistics;
import cfs.fuse.MountException;
import cfs.fuse.adapter.FuseMount;
import cfs.host.admin.HostState;
import cfs.host.admin.HostStatus.LunStatus;
import cfs.host.admin.HostStatus.MemberStatusLine;
import cfs.host.admin.HostStatus.ViewStatus;
import cfs.host.admin.HostStatus.VolumeStatus;
import cfs.host.config.ByteSize;
import cfs.host.config.HostConfig;
import cfs.membership.Member;
import cfs.membership.MemberStatus;
import cfs.membership.Phase;
import cfs.membership.View;
import cfs.net.adapter.NetCounters;
import cfs.runtime.adapter.Failures;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The running parts of one host, as the admin API sees them. */
final class AssembledHost implements RunningHost {
  /** A lane answers within microseconds; one that does not is the news. */
  private static final int LANE_MILLIS = 500;

  private final HostConfig config;
  private final Unwind unwind;
  private final Catalog catalog;
  private final Member member;
  private final NetCounters network;
  private final Failures failures;
  private final LastStatistics statistics;
  private final FuseMount mount;

  AssembledHost(HostConfig config, Unwind unwind, Catalog catalog, Member member, NetCounters network,
      Failures failures, LastStatistics statistics, FuseMount mount) {
    this.config = config;
    this.unwind = unwind;
    this.catalog = catalog;
    this.member = member;
    this.network = network;
    this.failures = failures;
    this.statistics = statistics;
    this.mount = mount;
  }

  /** The membership's state, or null when its lane does not answer. */
  static @Nullable MemberStatus now(Member member) {
    try {
      return member.status().get(LANE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException stuck) {
      return null;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  @Override
  public ViewStatus view() {
    View view = member.view();
    return new ViewStatus(view.epoch(), view.members().values().stream()
        .map(host -> new MemberStatusLine(host.hostId(), host.incarnation(), host.address(), host.hostId()))
        .toList());
  }

  @Override
  public @Nullable VolumeStatus volume() {
    VolumeStatistics counted = statistics.get();
    if (counted == null) {
      return null;
    }
    long block = counted.blockBytes();
    return new VolumeStatus(catalog.name(), catalog.volume().toString(), counted.totalBlocks() * block,
        (counted.totalBlocks() - counted.freeBlocks()) * block, counted.usableBlocks() * block, layout());
  }

  private String layout() {
    SegmentRecord first = catalog.segments().getFirst();
    return first.kind() == SegmentKind.STRIPE
        ? "striped over " + first.columns().size() + " LUNs by " + ByteSize.show(first.stripeUnitBytes())
        : "linear over " + first.columns().size() + " LUNs";
  }

  @Override
  public List<LunStatus> luns() {
    return config.volume().luns().stream()
        .map(lun -> new LunStatus(lun.toString(), VolumeTools.sizeNow(lun), VolumeTools.stateNow(lun)))
        .toList();
  }

  @Override
  public Condition condition() {
    MemberStatus status = now(member);
    if (status == null) {
      return new Condition(HostState.SUSPECTED, "the cluster lane does not answer");
    }
    if (status.phase() != Phase.MEMBER) {
      return new Condition(HostState.SUSPECTED, "its phase is " + status.phase());
    }
    String problem = status.storeProblem();
    if (problem != null) {
      return new Condition(HostState.SUSPECTED, problem);
    }
    return status.view().recovering().isEmpty() ? Condition.SERVING
        : new Condition(HostState.RECOVERING,
            "journals are replayed: " + status.view().recovering().keySet());
  }

  @Override
  public Map<String, Map<String, Long>> counters() {
    Map<String, Map<String, Long>> layers = new TreeMap<>();
    MemberStatus status = now(member);
    if (status != null) {
      layers.put("locks", Map.of("known", (long) status.locks().known(), "held", (long) status.locks().held(),
          "mastered", (long) status.locks().mastered(), "contended", (long) status.locks().contended(),
          "requests", status.locks().requests(), "grants", status.locks().grants()));
      layers.put("membership", Map.of("epoch", status.view().epoch(), "members",
          (long) status.view().members().size(), "replayFailures", status.replayFailures()));
    }
    layers.put("network", Map.of("sent", network.sent(), "received", network.received(), "droppedUnreachable",
        network.droppedUnreachable(), "droppedFull", network.droppedFull(), "connected", network.connected(),
        "lost",
        network.lost(), "refused", network.refused(), "malformed", network.malformed()));
    layers.put("fuse",
        Map.of("readers", (long) mount.session().readers(), "saturated", mount.session().saturated()));
    layers.put("process", Map.of("uncaughtFailures", failures.count()));
    return layers;
  }

  @Override
  public void unmount() {
    try {
      mount.unmount(false);
    } catch (MountException inUse) {
      throw Refused.of(inUse);
    }
  }

  @Override
  public void close() {
    unwind.close();
  }
}
