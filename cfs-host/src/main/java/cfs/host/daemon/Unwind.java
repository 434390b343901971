package cfs.host.daemon;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was started, taken down in reverse order. One part that fails to close is logged and does not keep the parts below
 * it open: a fence lock that stays held would keep the cluster waiting.
 */
final class Unwind implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Unwind.class);

  private record Part(String name, AutoCloseable closer) {}

  private final Deque<Part> parts = new ArrayDeque<>();

  /** @param name of what {@code closer} ends, for the log */
  synchronized void add(String name, AutoCloseable closer) {
    parts.push(new Part(name, closer));
  }

  @Override
  public synchronized void close() {
    while (!parts.isEmpty()) {
      Part part = parts.pop();
      try {
        part.closer().close();
        log.info("closed {}", part.name());
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      } catch (Exception failed) {
        log.error("closing {} failed", part.name(), failed);
      }
    }
  }
}
