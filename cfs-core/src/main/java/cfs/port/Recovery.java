package cfs.port;

/** What the membership protocol asks of the file system after a host died and was fenced. */
public interface Recovery {
  /**
   * Replays the journal of {@code slot}. Runs on a task thread of one chosen survivor while no new lock is granted anywhere;
   * returning lets the cluster go on without the dead host's locks. Idempotent.
   */
  void replay(int slot);
}
