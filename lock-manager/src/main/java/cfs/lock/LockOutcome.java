package cfs.lock;

import cfs.error.FsException;

/** How an acquire ends; exactly one method is called, on the lane. */
public interface LockOutcome {
  /** The lock is held and pinned for the caller, who must release it. */
  void pinned();

  void timedOut();

  void refused(FsException why);
}
