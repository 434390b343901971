package cfs.port;

/** This host's right to touch the shared LUNs, renewed by the membership protocol. */
public interface Lease {
  /** Throws {@code FencedException} when the lease is over; called before every submit to a LUN, costs nanoseconds. */
  void check();
}
