package cfs.host.daemon;

import cfs.port.Lease;

/**
 * The lease that guards the LUNs of this process. LUNs are opened, and their labels read, before the host joins; nothing is
 * written until the membership's own lease is in force.
 */
final class SwitchedLease implements Lease {
  private static final Lease READING_LABELS = () -> {};

  private volatile Lease now = READING_LABELS;

  /** From now on, and for good, the membership decides. */
  void follow(Lease membership) {
    now = membership;
  }

  @Override
  public void check() {
    now.check();
  }
}
