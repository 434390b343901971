package cfs.host.admin;

/** What a host's daemon is doing. */
public enum HostState {
  /** No process answers. */
  DOWN,
  /** Opening LUNs, joining, mounting. */
  STARTING,
  /** Member of the cluster, volume mounted. */
  READY,
  /** Its lease or its coordinator session is in doubt; I/O may be waiting. */
  SUSPECTED,
  /** Somebody's journal is being replayed; new locks, and calls that need them, wait for it. */
  RECOVERING,
  /** Unmounting, giving locks up, leaving. */
  STOPPING,
  /** Removed from the cluster; its mount answers no more. */
  FENCED
}
