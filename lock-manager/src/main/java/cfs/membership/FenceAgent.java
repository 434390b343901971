package cfs.membership;

import java.util.function.Consumer;

/** Makes sure that one run of a host writes nothing to the LUNs any more. */
public interface FenceAgent {
  /**
   * Fences a run and verifies that it worked. Returns at once; idempotent; called again after a failure.
   *
   * @param host the run to fence; never one of this process
   * @param verified hears true once no write of that run can reach a LUN any more, false when that is not certain. May be
   *     called on any thread, exactly once.
   */
  void fence(HostRecord host, Consumer<Boolean> verified);
}
