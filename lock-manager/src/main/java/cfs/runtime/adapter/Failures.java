package cfs.runtime.adapter;

import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where exceptions end that nobody caught: logged with their trace and counted, so that none vanishes. */
public final class Failures implements Thread.UncaughtExceptionHandler {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private final LongAdder count = new LongAdder();

  @Override
  public void uncaughtException(Thread thread, Throwable failure) {
    count.increment();
    LOG.error("{} failed", thread.getName(), failure);
  }

  /** Since start; anything but 0 is a bug of CFS and belongs on the status page. */
  public long count() {
    return count.sum();
  }
}
