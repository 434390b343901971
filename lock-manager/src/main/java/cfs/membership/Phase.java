package cfs.membership;

/** Where this run of the host stands; only ever moves down this list, FENCED may follow any. */
public enum Phase {
  /** Nothing started. */
  NEW,
  /** The store does not show our announcement yet. */
  ANNOUNCING,
  /** Announced, not in the view. */
  JOINING,
  MEMBER,
  /** Gives its locks up. */
  LEAVING,
  /** Out of the view by its own will. */
  LEFT,
  /** Out without its will, or no longer sure to be in; a new run must join. */
  FENCED
}
