package cfs.fuse;

import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;

/** One thread that takes requests from its own channel and answers them, until the mount is gone. */
final class Reader implements Runnable {
  private static final Logger LOG = System.getLogger("cfs.fuse");

  /** Failed reads in a row after which a reader gives up; the crew replaces it. */
  private static final int MAX_FAILURES = 16;

  private final Channel mount;
  private final Dispatch dispatch;
  private final Crew crew;
  private final Runnable onLastGone;

  Reader(Channel mount, Dispatch dispatch, Crew crew, Runnable onLastGone) {
    this.mount = mount;
    this.dispatch = dispatch;
    this.crew = crew;
    this.onLastGone = onLastGone;
  }

  @Override
  public void run() {
    try {
      serveOnOwnChannel();
    } finally {
      if (crew.leave()) {
        onLastGone.run();
      }
    }
  }

  private void serveOnOwnChannel() {
    Channel own = ownChannel();
    // Shared, not confined: volumes serve one request with several threads.
    try (Arena arena = Arena.ofShared()) {
      serve(own, new Request(arena));
    } finally {
      if (!own.equals(mount)) {
        own.close();
      }
    }
  }

  private Channel ownChannel() {
    try {
      return mount.another();
    } catch (UncheckedIOException noMoreFiles) {
      LOG.log(Level.WARNING, "a reader thread shares the connection of the mount", noMoreFiles);
      return mount;
    }
  }

  private void serve(Channel channel, Request request) {
    int failures = 0;
    while (failures < MAX_FAILURES) {
      int received = request.receive(channel);
      if (received >= 0) {
        failures = 0;
        answer(channel, request);
      } else if (received == Channel.UNMOUNTED || received == Channel.ABORTED) {
        crew.end();
        return;
      } else if (!Channel.isTransient(received)) {
        LOG.log(Level.ERROR, "reading /dev/fuse failed with errno " + -received);
        failures++;
      }
    }
  }

  private void answer(Channel channel, Request request) {
    // EIO unless something better comes back: also an Error (out of memory) must not leave a process waiting for ever.
    int result = -5;
    try {
      result = dispatch.serve(request);
    } finally {
      if (result != Request.NO_REPLY) {
        send(channel, request, result);
      }
    }
    if (crew.hasSurplus()) {
      crew.parkSurplus();
    }
  }

  /** -ENOENT: the connection was aborted, nobody waits for the answer; the session's end releases what was opened. */
  private static void send(Channel channel, Request request, int result) {
    int sent = request.reply(channel, result);
    if (sent != 0 && sent != -2 && sent != Channel.UNMOUNTED) {
      LOG.log(Level.ERROR,
          "the kernel refused the answer " + result + " with errno " + -sent + ": " + request);
      request.reply(channel, -5);
    }
  }
}
