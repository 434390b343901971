package cfs.fuse;

import cfs.error.FsError;
import cfs.error.FsException;
import cfs.fs.FileSystem;
import cfs.fuse.wire.Opcode;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicLong;

/** One request, one answer: the fast path first, the slow path under the crew's eyes, errors as errno. */
final class Dispatch {
  private static final Logger LOG = System.getLogger("cfs.fuse");

  private final FastPath fastPath;
  private final Worker worker;
  private final Crew crew;
  private final AtomicLong failures = new AtomicLong();

  Dispatch(FastPath fastPath, Worker worker, Crew crew) {
    this.fastPath = fastPath;
    this.worker = worker;
    this.crew = crew;
  }

  /** The length of the reply body, {@link Request#NO_REPLY} or -errno. */
  int serve(Request request) {
    int result = fast(request);
    if (result == FileSystem.NOT_NOW) {
      crew.enterSlow();
      try {
        result = slow(request);
      } finally {
        crew.leaveSlow();
      }
    }
    if (LOG.isLoggable(Level.DEBUG)) {
      LOG.log(Level.DEBUG, request + " -> " + result);
    }
    return result;
  }

  private int fast(Request request) {
    boolean read = request.is(Opcode.READ);
    if (!read && !request.is(Opcode.WRITE)) {
      return FileSystem.NOT_NOW;
    }
    try {
      return read ? fastPath.read(request) : fastPath.write(request);
    } catch (FsException refusal) {
      return errno(request, refusal);
    } catch (RuntimeException bug) {
      return bug(request, bug);
    }
  }

  private int slow(Request request) {
    try {
      return worker.serve(request);
    } catch (FsException refusal) {
      return errno(request, refusal);
    } catch (RuntimeException bug) {
      return bug(request, bug);
    }
  }

  /** Nobody below logs what it throws, so errors that need an administrator are logged here. */
  private int errno(Request request, FsException refusal) {
    FsError error = refusal.error();
    if (error == FsError.IO || error == FsError.CORRUPT || error == FsError.FENCED) {
      log(request, refusal);
    }
    return withoutReply(request) ? Request.NO_REPLY : -error.errno();
  }

  private int bug(Request request, RuntimeException bug) {
    log(request, bug);
    return withoutReply(request) ? Request.NO_REPLY : -FsError.IO.errno();
  }

  /** Logs the 1st, 2nd, 4th, 8th ... failure: a dead LUN must not fill the disk with log. */
  private void log(Request request, RuntimeException failure) {
    long count = failures.incrementAndGet();
    if (Long.bitCount(count) == 1) {
      LOG.log(Level.ERROR, "request failed (failure " + count + " of this mount): " + request, failure);
    }
  }

  private static boolean withoutReply(Request request) {
    return request.is(Opcode.FORGET) || request.is(Opcode.BATCH_FORGET) || request.is(Opcode.INTERRUPT);
  }
}
