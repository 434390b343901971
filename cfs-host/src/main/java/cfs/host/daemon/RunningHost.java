package cfs.host.daemon;

import cfs.host.admin.HostState;
import cfs.host.admin.HostStatus.LunStatus;
import cfs.host.admin.HostStatus.ViewStatus;
import cfs.host.admin.HostStatus.VolumeStatus;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A host that is a member and has its volume mounted. All answers come from memory and never wait. */
public interface RunningHost extends AutoCloseable {
  /** Null while no view was received. */
  @Nullable
  ViewStatus view();

  @Nullable
  VolumeStatus volume();

  List<LunStatus> luns();

  /** READY, or why I/O may be waiting just now. */
  Condition condition();

  /** @param step what is being done or waited for, for people */
  record Condition(HostState state, String step) {
    static final Condition SERVING = new Condition(HostState.READY, "serving");
  }

  /** Counters by layer and name. */
  Map<String, Map<String, Long>> counters();

  /** Takes the mount away only if no program uses it; else throws the problem and nothing changed. */
  void unmount();

  /** Unmounts (programs that still use it get errors), writes back, gives locks up, leaves the cluster, closes the LUNs. */
  @Override
  void close();
}
