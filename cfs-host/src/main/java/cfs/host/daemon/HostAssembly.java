package cfs.host.daemon;

import cfs.coordinator.adapter.CuratorCoordinator;
import cfs.error.FsException;
import cfs.fence.adapter.HostSlot;
import cfs.fence.adapter.LocalFence;
import cfs.fs.JournalRecovery;
import cfs.fs.MountedVolume;
import cfs.fuse.Session;
import cfs.fuse.adapter.FuseMount;
import cfs.fuse.adapter.MountOptions;
import cfs.host.config.Endpoint;
import cfs.host.config.HostConfig;
import cfs.host.os.MountPoints;
import cfs.host.os.Ports;
import cfs.host.os.Programs;
import cfs.host.problem.CommandName;
import cfs.host.problem.Problem;
import cfs.host.problem.ProblemCode;
import cfs.identity.adapter.HostIdentity;
import cfs.lun.adapter.FileLunOpener;
import cfs.membership.FenceAgent;
import cfs.membership.HostRecord;
import cfs.membership.Member;
import cfs.membership.MemberStatus;
import cfs.membership.Phase;
import cfs.membership.View;
import cfs.net.adapter.NetLimits;
import cfs.net.adapter.NettyTransport;
import cfs.port.KernelCache;
import cfs.port.Lane;
import cfs.runtime.adapter.Failures;
import cfs.runtime.adapter.LanePool;
import cfs.runtime.adapter.PlatformTasks;
import cfs.runtime.adapter.SplittableRng;
import cfs.runtime.adapter.SystemClock;
import cfs.volume.Volume;
import cfs.volume.VolumeOpen;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Wires one host from its parts, in this order: fence lock, LUNs, coordinator, transport, membership, file system, FUSE.
 * Whatever was started is handed to {@link Unwind}, so that a failure takes it down in reverse order. The only place that
 * knows the constructors of all modules.
 */
public final class HostAssembly {
  /** Lanes of one host: membership, locks, and room for a few more; two cores keep two threads busy. */
  private static final int LANE_THREADS = 2;

  /**
   * Enough that nothing waits for a thread that waits for it: 64 FUSE readers, 32 demotions (which readers of other hosts wait
   * for) of each of the 6 lock kinds, and the background work. They end when idle.
   */
  private static final int TASK_THREADS = 64 + 6 * 32 + 16;

  private static final long FENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long CACHED_INODE_BYTES = 8 << 10;
  private static final int INODES_CACHED_MIN = 1000;
  private static final int JOIN_SECONDS = 60;
  private static final int LEAVE_SECONDS = 20;

  private final HostConfig config;
  private final Consumer<String> step;
  private final Consumer<String> fenced;
  private final Runnable unmounted;
  private final Unwind unwind = new Unwind();
  private final SystemClock clock = new SystemClock();
  private final SplittableRng rng = SplittableRng.seeded();
  private final Failures failures = new Failures();
  private final SwitchedLease lease = new SwitchedLease();
  private final long incarnation = rng.nextLong();

  private HostAssembly(HostConfig config, Consumer<String> step, Consumer<String> fenced,
      Runnable unmounted) {
    this.config = config;
    this.step = step;
    this.fenced = fenced;
    this.unmounted = unmounted;
  }

  /** The {@link HostStarter} of production. */
  public static RunningHost start(HostConfig config, Consumer<String> step, Consumer<String> fenced,
      Runnable unmounted) {
    HostAssembly assembly = new HostAssembly(config, step, fenced, unmounted);
    boolean started = false;
    try {
      RunningHost host = assembly.start();
      started = true;
      return host;
    } finally {
      if (!started) {
        assembly.unwind.close();
      }
    }
  }

  private RunningHost start() {
    requireMountable();
    step.accept("taking the fence lock");
    HostSlot slot = Refused.telling(config, ProblemCode.HOST_ID_TAKEN,
        () -> HostSlot.take(config.lockDirectory(), config.hostId(), incarnation));
    unwind.add("fence lock", slot);
    step.accept("opening the LUNs");
    VolumeOpen.Opened opened = openVolume();
    PlatformTasks tasks = new PlatformTasks(TASK_THREADS, failures);
    unwind.add("tasks", tasks);
    LanePool lanes = new LanePool(LANE_THREADS, failures);
    unwind.add("lanes", lanes);
    step.accept("reaching the coordinator at " + config.coordinator().connect());
    startEmbeddedCoordinator();
    Lane lane = lanes.lane("cluster");
    JournalRecovery recovery = new JournalRecovery(opened.volume());
    NettyTransport transport = transport();
    Member member = new Member(
        new HostRecord(config.hostId(), incarnation, config.listen().toString(),
            "pid " + ProcessHandle.current().pid()),
        coordinator(lane), transport, lane, clock, tasks, fenceAgent(tasks), recovery, fenced);
    recovery.locks(member.locks());
    lease.follow(member.lease());
    join(member);
    step.accept("mounting " + config.volume().name());
    LateKernelCache kernel = new LateKernelCache();
    MountedVolume files = mountVolume(opened.volume(), member, tasks, kernel, recovery);
    unwind.add("file system", files);
    FuseMount mount = Refused.telling(config, ProblemCode.FAILED, () -> FuseMount.mount(files,
        config.volume().mountPoint(), mountOptions(), tasks, unmounted));
    unwind.add("mount", mount);
    kernel.set(mount);
    return new AssembledHost(config, unwind, opened.catalog(), member, transport.counters(), failures,
        new LastStatistics(files, tasks), mount);
  }

  private MountedVolume mountVolume(Volume volume, Member member, PlatformTasks tasks, KernelCache kernel,
      JournalRecovery recovery) {
    try {
      return MountedVolume.mount(volume, config.hostId(), member.locks(), clock, tasks, kernel, recovery,
          cacheOptions());
    } catch (FsException refused) {
      throw Refused.mounting(config, refused, VolumeTools.isBlank(volume));
    }
  }

  /** Half of the heap may hold inodes that nobody uses, each with its block and its place in tables. */
  private static cfs.fs.MountOptions cacheOptions() {
    long fitting = Runtime.getRuntime().maxMemory() / 2 / CACHED_INODE_BYTES;
    return new cfs.fs.MountOptions(cfs.fs.MountOptions.DEFAULTS.commitNanos(),
        Math.clamp(fitting, INODES_CACHED_MIN, cfs.fs.MountOptions.DEFAULTS.inodesCached()));
  }

  /** Other users may enter only when root mounts: fusermount3 refuses it unless fuse.conf allows it. */
  private MountOptions mountOptions() {
    return new MountOptions("cfs:" + config.volume().name(), config.volume().readOnly(), Programs.isRoot(),
        Session.Options.COHERENT);
  }

  private FenceAgent fenceAgent(PlatformTasks tasks) {
    return new LocalFence(config.lockDirectory(), FENCE_NANOS, clock, tasks);
  }

  /** Waits to be let in; a coordinator that is not there looks the same as one that is slow, hence the two codes. */
  private void join(Member member) {
    unwind.add("membership", () -> member.leave().get(LEAVE_SECONDS, TimeUnit.SECONDS));
    step.accept("joining the cluster");
    CompletableFuture<View> joined = member.join();
    try {
      View view = joined.get(JOIN_SECONDS, TimeUnit.SECONDS);
      step.accept("joined: view " + view.epoch() + " with hosts " + view.members().keySet());
    } catch (TimeoutException late) {
      throw notLetIn(member, late);
    } catch (ExecutionException refused) {
      throw new Problem(ProblemCode.FENCED, "The cluster did not let " + config.hostName() + " in: "
          + Objects.requireNonNullElse(refused.getCause(), refused).getMessage(), CommandName.cfs("status"),
          refused);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new Problem(ProblemCode.JOIN_TIMED_OUT, "Interrupted while joining", CommandName.cfs("status"),
          stopped);
    }
  }

  private Problem notLetIn(Member member, Throwable late) {
    MemberStatus status = AssembledHost.now(member);
    boolean unseen = status == null || status.phase() == Phase.ANNOUNCING;
    String why = status == null ? "no answer"
        : status.phase() + (status.storeProblem() == null ? ""
            : ", "
                + status.storeProblem())
            + (status.view().recovering().isEmpty() ? ""
                : ", journals waiting for replay: "
                    + status.view().recovering().keySet());
    return new Problem(unseen ? ProblemCode.COORDINATOR_UNREACHABLE : ProblemCode.JOIN_TIMED_OUT,
        (unseen ? "The coordinator at " + config.coordinator().connect() + " did not answer"
            : "The cluster did not take " + config.hostName() + " in")
            + " within " + JOIN_SECONDS + " s (" + why + ")",
        CommandName.cfs("status"), late);
  }

  /** Looked at first, because these are the mistakes that people make and nothing has been touched yet. */
  private void requireMountable() {
    if (!Files.exists(config.volume().fuseDevice())) {
      throw new Problem(ProblemCode.FUSE_MISSING,
          "The FUSE device " + config.volume().fuseDevice() + " is missing",
          "modprobe fuse");
    }
    MountPoints.requireFree(config.volume().mountPoint());
  }

  private VolumeOpen.Opened openVolume() {
    VolumeOpen.Opened opened = Refused.telling(config, ProblemCode.FAILED,
        () -> new VolumeOpen(new FileLunOpener())
            .open(VolumeTools.names(config.volume().luns()), config.clusterUuid(), lease));
    unwind.add("LUNs", opened.volume());
    if (!opened.catalog().name().equals(config.volume().name())) {
      throw new Problem(ProblemCode.CONFIG_INVALID, config.file() + " names volume " + config.volume().name()
          + ", but its LUNs hold " + opened.catalog().name(), "edit name in [volume] of " + config.file());
    }
    return opened;
  }

  private void startEmbeddedCoordinator() {
    if (config.coordinator().embedded()) {
      unwind.add("embedded coordinator", CoordinatorProcess.start(config.coordinator().embeddedDirectory(),
          Endpoint.parse(config.coordinator().connect())));
    }
  }

  /** Started, and closed, by the membership. */
  private CuratorCoordinator coordinator(Lane lane) {
    int timeoutMillis = (int) TimeUnit.NANOSECONDS.toMillis(config.coordinator().sessionTimeoutNanos());
    return new CuratorCoordinator(config.coordinator().connect(), config.clusterUuid(), timeoutMillis, lane);
  }

  /** Started, and closed, by the membership. */
  private NettyTransport transport() {
    HostIdentity identity = Refused.telling(config, ProblemCode.IDENTITY_INVALID,
        () -> HostIdentity.load(config.identityDirectory(), config.hostId()));
    if (!Ports.isFree(config.listen().host(), config.listen().port())) {
      throw new Problem(ProblemCode.PORT_TAKEN, "The address " + config.listen() + " of " + config.hostName()
          + " is used by another process", CommandName.cfs("up --new-ports"));
    }
    return new NettyTransport(identity, new InetSocketAddress(config.listen().host(), config.listen().port()),
        NetLimits.DEFAULT);
  }
}
