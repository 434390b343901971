package cfs.net.adapter;

import cfs.error.FsError;
import cfs.error.FsException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;

/** A listening address cannot be had, or an address is not one. The message names it and what to do. */
public final class NetException extends FsException {
  private static final long serialVersionUID = 1L;

  private NetException(FsError error, String message, Throwable cause) {
    super(error, message, cause);
  }

  /** @param what who wanted to listen, for example "host 3" */
  public static NetException cannotListen(String what, InetSocketAddress address, IOException cause) {
    String shown = address.getHostString() + ":" + address.getPort();
    return cause instanceof BindException
        ? new NetException(FsError.BUSY, what + " cannot listen on " + shown
            + ": the port is in use or the address is not one of this machine", cause)
        : new NetException(FsError.IO, what + " cannot listen on " + shown + ": " + cause.getMessage(),
            cause);
  }

  static NetException badAddress(int hostId, String address, RuntimeException cause) {
    return new NetException(FsError.INVALID,
        "the address of host " + hostId + " must be \"host:port\", not \"" + address + "\"", cause);
  }
}
