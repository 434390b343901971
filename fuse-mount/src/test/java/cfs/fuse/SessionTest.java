package cfs.fuse;

import static cfs.fuse.ScriptedChannel.buffer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cfs.error.FsException;
import cfs.fs.Attributes;
import cfs.fs.Caller;
import cfs.fuse.ScriptedChannel.Reply;
import cfs.fuse.wire.AttributeFrames;
import cfs.fuse.wire.Init;
import cfs.fuse.wire.Opcode;
import cfs.port.Lane;
import cfs.port.TaskSpawner;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The protocol against a scripted kernel. */
@Timeout(60)
class SessionTest {
  private static final long ROOT_NODE = 1;
  private static final int O_DIRECT = 040000;

  /** Held here, because the logging system itself forgets loggers that nobody holds. */
  private static final Logger LOG = Logger.getLogger("cfs.fuse");

  private final List<String> logged = new CopyOnWriteArrayList<>();
  private final Handler capture = new Handler() {
    @Override
    public void publish(LogRecord record) {
      logged.add(record.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  };

  private final ScriptedChannel channel = new ScriptedChannel();
  private final MemoryFileSystem fileSystem = new MemoryFileSystem() {
    @Override
    public byte[] readLink(long inode) {
      throw new IllegalArgumentException("a bug");
    }
  };
  private final AtomicInteger ends = new AtomicInteger();
  private final Session session = new Session(channel, fileSystem, new Session.Options(1_500_000_000L),
      new TaskSpawner() {
        @Override
        public void spawn(String name, Runnable task) {
          Thread.ofPlatform().daemon().name(name).start(task);
        }

        @Override
        public Lane.Timer every(String name, long periodNanos, Runnable task) {
          throw new UnsupportedOperationException();
        }
      }, ends::incrementAndGet);

  private Reply start() throws InterruptedException {
    channel.put(Opcode.INIT, 0, init(45, -1, -1));
    session.start();
    return channel.reply();
  }

  private static ByteBuffer init(int minor, int flags, int flags2) {
    return buffer(64).putInt(7).putInt(minor).putInt(131072).putInt(flags).putInt(flags2).rewind();
  }

  @BeforeEach
  void captureLog() {
    LOG.setUseParentHandlers(false);
    LOG.addHandler(capture);
  }

  @AfterEach
  void end() throws InterruptedException {
    channel.unmount();
    LOG.removeHandler(capture);
    LOG.setUseParentHandlers(true);
  }

  private static ByteBuffer name(String name) {
    return ByteBuffer.wrap((name + '\0').getBytes(StandardCharsets.UTF_8));
  }

  private long create(String name) throws InterruptedException {
    ByteBuffer body = buffer(16 + name.length() + 1).putInt(2).putInt(0100666).putInt(022).putInt(0)
        .put(name(name));
    Reply reply = channel.ask(Opcode.CREATE, ROOT_NODE, body.rewind());
    assertThat(reply.error()).isZero();
    return reply.body().getLong(AttributeFrames.ENTRY_OUT_BYTES);
  }

  private static ByteBuffer io(long handle, long offset, int size, int flags, byte[] payload) {
    return buffer(40 + payload.length).putLong(handle).putLong(offset).putInt(size).putInt(0).putLong(0)
        .putInt(flags)
        .putInt(0).put(payload).rewind();
  }

  @Test
  void initTakesOnlyWhatIsWantedAndOffered() throws Exception {
    ByteBuffer init = start().body();

    assertThat(init.remaining()).isEqualTo(64);
    assertThat(init.getInt(4)).isEqualTo(45);
    assertThat(Integer.toUnsignedLong(init.getInt(12))).isEqualTo(Negotiation.WANTED);
    assertThat(init.getInt((int) Init.OUT_MAX_WRITE)).isEqualTo(1 << 20);
    assertThat(init.getShort((int) Init.OUT_MAX_PAGES)).isEqualTo((short) 256);
    assertThat(init.getShort(16)).isEqualTo((short) 256);
    assertThat(init.getShort(18)).isEqualTo((short) 192);
    assertThat(init.getInt((int) Init.OUT_FLAGS2)).isZero();
  }

  @Test
  void initSpeaksAnOlderKernelsVersion() throws Exception {
    int few = (int) Negotiation.REQUIRED;
    channel.put(Opcode.INIT, 0, init(31, few, 0));
    session.start();

    ByteBuffer init = channel.reply().body();
    assertThat(init.getInt(4)).isEqualTo(31);
    assertThat(init.getInt(12)).isEqualTo(few);
  }

  @Test
  void initRefusesAKernelThatIsTooOld() {
    channel.put(Opcode.INIT, 0, init(23, -1, 0));

    assertThatThrownBy(session::start).isInstanceOf(FsException.class).hasMessageContaining("7.23");
  }

  @Test
  void rootIsOneForTheKernelAndItsOwnNumberBelow() throws Exception {
    start();

    Reply root = channel.ask(Opcode.GETATTR, ROOT_NODE, buffer(16));

    assertThat(root.error()).isZero();
    assertThat(root.body().getLong((int) AttributeFrames.ATTR_OUT_ATTR)).isEqualTo(MemoryFileSystem.ROOT);
    fileSystem.makeNode(MemoryFileSystem.ROOT, "x".getBytes(StandardCharsets.UTF_8),
        Attributes.REGULAR | 0600, 0,
        Caller.ROOT);
    Reply one = channel.ask(Opcode.LOOKUP, ROOT_NODE, name("x"));
    assertThat(one.body().getLong(0)).as("inode 1 is not the root").isEqualTo(MemoryFileSystem.ROOT);
    assertThat(one.body().getLong(8)).as("generation").isEqualTo(1);
  }

  @Test
  void onlyGetattrAnswersMayBeCached() throws Exception {
    start();
    create("x");

    ByteBuffer attributes = channel.ask(Opcode.GETATTR, ROOT_NODE, buffer(16)).body();
    ByteBuffer entry = channel.ask(Opcode.LOOKUP, ROOT_NODE, name("x")).body();

    assertThat(attributes.getLong(0)).isEqualTo(1);
    assertThat(attributes.getInt(8)).isEqualTo(500_000_000);
    assertThat(entry.getLong(16)).as("entry").isZero();
    assertThat(entry.getLong(24)).as("attributes").isZero();
    assertThat(entry.getLong(32)).as("nanoseconds of both").isZero();
  }

  @Test
  void refusalsBecomeErrno() throws Exception {
    start();

    assertThat(channel.ask(Opcode.LOOKUP, ROOT_NODE, name("absent")).error()).isEqualTo(-2);
    assertThat(channel.ask(Opcode.GETATTR, 99, buffer(16)).error()).isEqualTo(-116);
  }

  @Test
  void bugsAreAnsweredWithEioAndTheSessionGoesOn() throws Exception {
    start();

    assertThat(channel.ask(Opcode.READLINK, ROOT_NODE, buffer(0)).error()).isEqualTo(-5);
    assertThat(logged).singleElement().asString()
        .contains("READLINK node=1 unique=2 uid=1000 pid=4711 bytes=40");
    assertThat(channel.ask(Opcode.LOOKUP, ROOT_NODE, buffer(3).put(new byte[]{1, 1, 1}).rewind()).error())
        .as("a name without end").isEqualTo(-5);
    assertThat(channel.ask(Opcode.READ, ROOT_NODE, io(77, 0, 512, 0, new byte[0])).error())
        .as("no such handle")
        .isEqualTo(-5);
    assertThat(channel.ask(Opcode.SETATTR, ROOT_NODE, buffer(8)).error()).as("half a struct").isEqualTo(-5);
    assertThat(channel.ask(Opcode.GETATTR, ROOT_NODE, buffer(16)).error()).isZero();
  }

  @Test
  void whatIsNotThereIsEnosys() throws Exception {
    start();

    for (Opcode opcode : new Opcode[]{Opcode.GETLK, Opcode.SETLKW, Opcode.ACCESS, Opcode.BMAP, Opcode.IOCTL,
        Opcode.POLL,
        Opcode.TMPFILE, Opcode.COPY_FILE_RANGE, Opcode.READDIRPLUS, Opcode.STATX}) {
      assertThat(channel.ask(opcode, ROOT_NODE, buffer(64)).error()).as(opcode.name()).isEqualTo(-38);
    }
    channel.put(4096, ROOT_NODE, buffer(0));
    assertThat(channel.reply().error()).isEqualTo(-38);
  }

  @Test
  void forgetAndInterruptHaveNoReply() throws Exception {
    start();
    channel.put(Opcode.FORGET, ROOT_NODE, buffer(8).putLong(1).rewind());
    channel.put(Opcode.BATCH_FORGET, 0,
        buffer(40).putInt(2).putInt(0).putLong(50).putLong(1).putLong(51).putLong(1).rewind());
    channel.put(Opcode.BATCH_FORGET, 0, buffer(8).putInt(2).putInt(0).rewind());
    channel.put(Opcode.INTERRUPT, 0, buffer(8).putLong(1).rewind());

    assertThat(channel.ask(Opcode.GETATTR, ROOT_NODE, buffer(16)).error()).isZero();
    channel.unmount();
    assertThat(session.awaitEnd(20_000_000_000L)).isTrue();
    assertThat(fileSystem.counted("forget")).isEqualTo(3);
  }

  @Test
  void directIoMustBeAlignedTo512() throws Exception {
    start();
    long handle = create("x");
    byte[] sector = new byte[512];

    assertThat(channel.ask(Opcode.WRITE, ROOT_NODE, io(handle, 0, 1, O_DIRECT, new byte[1])).error())
        .isEqualTo(-22);
    assertThat(channel.ask(Opcode.WRITE, ROOT_NODE, io(handle, 7, 512, O_DIRECT, sector)).error())
        .isEqualTo(-22);
    assertThat(channel.ask(Opcode.READ, ROOT_NODE, io(handle, 0, 1, O_DIRECT, new byte[0])).error())
        .isEqualTo(-22);
    assertThat(channel.ask(Opcode.WRITE, ROOT_NODE, io(handle, 512, 512, O_DIRECT, sector)).error()).isZero();
    Reply read = channel.ask(Opcode.READ, ROOT_NODE, io(handle, 0, 1024, O_DIRECT, new byte[0]));
    assertThat(read.body().remaining()).isEqualTo(1024);
    assertThat(channel.ask(Opcode.READ, ROOT_NODE, io(handle, 3, 7, 0, new byte[0])).body().remaining())
        .isEqualTo(7);
  }

  @Test
  void synchronousWritesAreSynced() throws Exception {
    start();
    long handle = create("x");

    channel.ask(Opcode.WRITE, ROOT_NODE, io(handle, 0, 3, 0, new byte[3]));
    assertThat(fileSystem.counted("fdatasync") + fileSystem.counted("fsync")).isZero();
    channel.ask(Opcode.WRITE, ROOT_NODE, io(handle, 0, 3, 010000, new byte[3]));
    assertThat(fileSystem.counted("fdatasync")).isEqualTo(1);
    channel.ask(Opcode.WRITE, ROOT_NODE, io(handle, 0, 3, 04010000, new byte[3]));
    assertThat(fileSystem.counted("fsync")).isEqualTo(1);
  }

  @Test
  void appendFlagChangedAfterOpenCounts() throws Exception {
    start();
    long handle = create("x");
    channel.ask(Opcode.WRITE, ROOT_NODE, io(handle, 0, 3, 0, new byte[]{1, 2, 3}));

    channel.ask(Opcode.WRITE, ROOT_NODE, io(handle, 0, 1, 02000, new byte[]{4}));
    channel.ask(Opcode.WRITE, ROOT_NODE, io(handle, 0, 1, 02000, new byte[]{5}));
    channel.ask(Opcode.WRITE, ROOT_NODE, io(handle, 0, 1, 0, new byte[]{9}));

    byte[] found = new byte[5];
    channel.ask(Opcode.READ, ROOT_NODE, io(handle, 0, 512, 0, new byte[0])).body().get(found);
    assertThat(found).containsExactly(9, 2, 3, 4, 5);
    assertThat(fileSystem.openFiles).as("one file and its twin").isEqualTo(2);
    channel.ask(Opcode.RELEASE, ROOT_NODE, buffer(24).putLong(handle).rewind());
    assertThat(fileSystem.openFiles).isZero();
  }

  @Test
  void directoryPagesEndWhereTheBufferEnds() throws Exception {
    start();
    create("abc");
    long handle = channel.ask(Opcode.OPENDIR, ROOT_NODE, buffer(8)).body().getLong();

    ByteBuffer page = channel.ask(Opcode.READDIR, ROOT_NODE, io(handle, 0, 64, 0, new byte[0])).body();
    assertThat(page.remaining()).as("two entries of 32 bytes").isEqualTo(64);
    assertThat(page.getInt(16)).as("name length of '.'").isEqualTo(1);
    assertThat(page.getInt(20)).as("DT_DIR").isEqualTo(4);
    long cookie = page.getLong(32 + 8);
    ByteBuffer rest = channel.ask(Opcode.READDIR, ROOT_NODE, io(handle, cookie, 4096, 0, new byte[0])).body();
    assertThat(rest.remaining()).isEqualTo(32);
    assertThat(rest.getInt(16)).isEqualTo(3);
    assertThat(
        channel.ask(Opcode.READDIR, ROOT_NODE, io(handle, rest.getLong(8), 4096, 0, new byte[0])).body()
            .remaining())
        .isZero();
  }

  @Test
  void xattrsProbeForSizeAndCheckTheBuffer() throws Exception {
    start();
    ByteBuffer set = buffer(8 + 7 + 3).putInt(3).putInt(0).put(name("user.a")).put(new byte[]{1, 2, 3});
    assertThat(channel.ask(Opcode.SETXATTR, ROOT_NODE, set.rewind()).error()).isZero();

    ByteBuffer size = channel.ask(Opcode.GETXATTR, ROOT_NODE, get(0, "user.a")).body();
    assertThat(size.remaining()).isEqualTo(8);
    assertThat(size.getInt()).isEqualTo(3);
    assertThat(channel.ask(Opcode.GETXATTR, ROOT_NODE, get(2, "user.a")).error()).isEqualTo(-34);
    assertThat(channel.ask(Opcode.GETXATTR, ROOT_NODE, get(3, "user.a")).body().remaining()).isEqualTo(3);
    assertThat(channel.ask(Opcode.GETXATTR, ROOT_NODE, get(3, "user.b")).error()).isEqualTo(-61);
    assertThat(channel.ask(Opcode.GETXATTR, ROOT_NODE, get(0, "system.posix_acl_access")).error())
        .isEqualTo(-95);
    assertThat(channel.ask(Opcode.LISTXATTR, ROOT_NODE, get(100, "")).body().remaining()).isEqualTo(7);
  }

  private static ByteBuffer get(int size, String name) {
    return buffer(8 + name.length() + 1).putInt(size).putInt(0).put(name(name)).rewind();
  }

  @Test
  void transientErrorsOfReadingAreReadAgain() throws Exception {
    channel.fail(4);
    start();
    channel.fail(4);
    channel.fail(11);
    channel.fail(2);
    channel.fail(22);

    assertThat(channel.ask(Opcode.GETATTR, ROOT_NODE, buffer(16)).error()).isZero();
  }

  @Test
  void unmountReleasesWhatIsOpenAndTellsOnce() throws Exception {
    start();
    create("x");
    create("y");
    assertThat(fileSystem.openFiles).isEqualTo(2);

    channel.unmount();

    assertThat(session.awaitEnd(20_000_000_000L)).isTrue();
    assertThat(fileSystem.openFiles).isZero();
    assertThat(ends).hasValue(1);
    assertThat(channel.closed).hasValue(1);
    assertThat(session.readers()).isZero();
  }

  @Test
  void invalidationNamesTheNodeAndNoPages() throws Exception {
    start();

    session.invalidateAttributes(MemoryFileSystem.ROOT);

    Reply notice = channel.reply();
    assertThat(notice.unique()).isZero();
    assertThat(notice.error()).as("FUSE_NOTIFY_INVAL_INODE").isEqualTo(2);
    assertThat(notice.body().getLong()).isEqualTo(ROOT_NODE);
    assertThat(notice.body().getLong(8)).isEqualTo(-1);
    assertThat(notice.body().remaining()).isEqualTo(16);
  }

  @Test
  void attributeChangesKeepTheirMeaning() {
    assertThat(AttributeCalls.mask(1 << 4 | 1 << 7)).as("UTIME_NOW").isEqualTo(64);
    assertThat(AttributeCalls.mask(1 << 5)).isEqualTo(32);
    assertThat(AttributeCalls.mask(1 | 2 | 4 | 8)).isEqualTo(1 | 2 | 4 | 8);
    assertThat(AttributeCalls.mask(1 << 10 | 1 << 11)).isEqualTo(256 | 512);
    assertThat(AttributeCalls.mask(1 << 6 | 1 << 9)).as("handle and lock owner are no change").isZero();
    assertThat(Nodes.nanos(-1, 999_999_999)).isEqualTo(-1);
    assertThat(Nodes.nanos(Long.MAX_VALUE, 0)).isEqualTo(Long.MAX_VALUE);
    assertThat(Nodes.nanos(Long.MIN_VALUE, 0)).isEqualTo(Long.MIN_VALUE);
  }
}
