package cfs.fuse;

import cfs.error.Invariant;
import cfs.fs.FileSystem;
import cfs.fs.OpenFile;
import cfs.fuse.wire.Headers;
import cfs.fuse.wire.Opcode;
import cfs.port.KernelCache;
import cfs.port.TaskSpawner;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The life of one mount: negotiate, serve with a crew of readers until the kernel says that the mount is gone, release what
 * it left open, tell the owner.
 */
public final class Session implements KernelCache {
  private static final Logger LOG = System.getLogger("cfs.fuse");

  /**
   * How a session behaves.
   *
   * @param attributeValidNanos for how long the kernel may answer stat(2) from a GETATTR answer without asking again. More
   *     than 0 only when the file system calls {@link #invalidateAttributes} before it gives an inode's lock away.
   */
  public record Options(long attributeValidNanos) {
    /** The kernel asks each time. */
    public static final Options COHERENT = new Options(0);

    public Options {
      Invariant.check(attributeValidNanos >= 0, "a validity is not negative", attributeValidNanos);
    }
  }

  private final Channel channel;
  private final FileSystem fileSystem;
  private final Nodes nodes;
  private final OpenFiles files = new OpenFiles();
  private final Crew crew;
  private final Dispatch dispatch;
  private final Runnable onEnd;
  private final CountDownLatch ended = new CountDownLatch(1);

  /**
   * @param channel the connection that was mounted; closed by the session at its end
   * @param spawner gives the reader threads, at most 64 at once
   * @param onEnd called once, on a reader thread, after the last request was answered and every file released
   */
  public Session(Channel channel, FileSystem fileSystem, Options options, TaskSpawner spawner,
      Runnable onEnd) {
    this.channel = channel;
    this.fileSystem = fileSystem;
    this.onEnd = onEnd;
    nodes = new Nodes(fileSystem.rootInode());
    crew = new Crew(() -> spawner.spawn("fuse-reader", reader()));
    dispatch = new Dispatch(new FastPath(fileSystem, files),
        new Worker(fileSystem, nodes, files, options.attributeValidNanos()), crew);
  }

  private Runnable reader() {
    return new Reader(channel, dispatch, crew, this::finish);
  }

  /** Negotiates on the calling thread (the kernel's first request is INIT), then starts serving and returns. */
  public void start() {
    try (Arena arena = Arena.ofShared()) {
      Request request = new Request(arena);
      int received = request.receive(channel);
      for (int i = 0; Channel.isTransient(received) && i < 1000; i++) {
        received = request.receive(channel);
      }
      Invariant.check(received > 0 && request.is(Opcode.INIT), "the first request is INIT", received);
      int sent = request.reply(channel, Negotiation.serve(request));
      Invariant.check(sent == 0, "the kernel takes the answer to INIT", sent);
    }
    crew.start();
  }

  private void finish() {
    try {
      files.removeAll().forEach(this::release);
      onEnd.run();
    } finally {
      channel.close();
      ended.countDown();
    }
  }

  private void release(OpenFile file) {
    try {
      fileSystem.release(file);
    } catch (RuntimeException failure) {
      // The others must be released all the same.
      LOG.log(Level.WARNING, "inode " + file.inode() + " was not released cleanly", failure);
    }
  }

  /** Waits until every reader has ended and every file is released; false when that takes longer. */
  public boolean awaitEnd(long timeoutNanos) throws InterruptedException {
    return ended.await(timeoutNanos, TimeUnit.NANOSECONDS);
  }

  /** Reader threads now, for tests and counters. */
  public int readers() {
    return crew.members();
  }

  /** How often a request had to wait in the kernel because every allowed reader was busy with slow requests. */
  public long saturated() {
    return crew.saturated();
  }

  /**
   * Attributes only (offset -1): the kernel touches no page, so it waits for no request in flight. An inode that the kernel
   * does not know, or a mount that is gone, needs nothing.
   */
  @Override
  public void invalidateAttributes(long inode) {
    int bytes = Headers.OUT_BYTES + Headers.INVAL_INODE_BYTES;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment notice = arena.allocate(bytes, 8);
      notice.set(ValueLayout.JAVA_INT, Headers.OUT_LENGTH, bytes);
      notice.set(ValueLayout.JAVA_INT, Headers.OUT_ERROR, Headers.NOTIFY_INVAL_INODE);
      notice.set(ValueLayout.JAVA_LONG, Headers.OUT_BYTES + Headers.INVAL_INODE_NODE, nodes.translate(inode));
      notice.set(ValueLayout.JAVA_LONG, Headers.OUT_BYTES + Headers.INVAL_INODE_OFFSET, -1);
      int sent = channel.send(notice, 0, bytes);
      if (sent != 0 && sent != -2 && sent != Channel.UNMOUNTED) {
        LOG.log(Level.WARNING,
            "the kernel refused to drop attributes of inode " + inode + ", errno " + -sent);
      }
    }
  }
}
