package cfs.host.config;

/** A TCP address as people write it, host:port. */
public record Endpoint(String host, int port) {
  /** IllegalArgumentException with a sentence when {@code text} is no address. */
  public static Endpoint parse(String text) {
    int colon = text.lastIndexOf(':');
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (colon > 0 && port > 0 && port < 65536) {
        return new Endpoint(text.substring(0, colon), port);
      }
    } catch (NumberFormatException notANumber) {
      // falls through to the one sentence for all mistakes
    }
    throw new IllegalArgumentException(
        "\"" + text + "\" is not an address; write host:port, for example 127.0.0.1:7301");
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
