package cfs.port;

import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The small consistent store that decides who is a member: sessions, compare-and-set, watches. Asynchronous, so that lanes
 * never block; every answer and event is delivered on the lane given at construction. Paths look like "/view".
 */
public interface Coordinator extends AutoCloseable {
  /** State of this host's session. After LOST the ephemeral values of this session are gone; a new session may CONNECT. */
  enum Session {
    CONNECTED,
    SUSPENDED,
    LOST
  }

  /** Outcome of a mutation. UNKNOWN: the connection broke, it may or may not have happened; read to find out. */
  enum Outcome {
    DONE,
    CONFLICT,
    UNKNOWN
  }

  /** A value and its version; version -1 with null value means absent. */
  record Versioned(byte @Nullable [] value, int version) {}

  /** Starts the session; {@code onSession} hears every change, {@code onChange} the path of every change below "/". */
  void start(Consumer<Session> onSession, Consumer<String> onChange);

  /** Answers null when the store cannot be reached now. */
  void read(String path, Consumer<@Nullable Versioned> answer);

  /** Names and values of the direct children; null when the store cannot be reached now. */
  void children(String path, Consumer<@Nullable Map<String, byte[]>> answer);

  /** Writes when the version is as expected; expected -1 creates. */
  void compareAndSet(String path, int expectedVersion, byte[] value, Consumer<Outcome> answer);

  /** Creates a value that disappears with this session; CONFLICT while one of another session is there. */
  void announce(String path, byte[] value, Consumer<Outcome> answer);

  /** Upper bound in nanoseconds between the last contact of a session and its expiry at the store. */
  long sessionTimeoutNanos();

  @Override
  void close();
}
