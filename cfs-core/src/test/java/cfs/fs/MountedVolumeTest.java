package cfs.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cfs.error.FsException;
import cfs.port.MemoryDevice;
import cfs.port.SharedLocks;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MountedVolumeTest {
  private final MemoryDevice device = new MemoryDevice(512L << 20);
  private final SharedLocks cluster = new SharedLocks();

  @BeforeEach
  void format() {
    TestHost.format(device);
  }

  private static byte[] text(String s) {
    return s.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] random(int seed, int length) {
    byte[] b = new byte[length];
    new Random(seed).nextBytes(b);
    return b;
  }

  @Test
  void fileSurvivesRemount() {
    TestHost a = new TestHost(1, device, cluster);
    a.mkdir("/d");
    a.put("/d/small", text("hello"));
    a.put("/d/large", random(1, 5_000_000));
    a.fs.close();
    TestHost again = new TestHost(1, device, new SharedLocks());
    assertThat(again.list("/d")).containsExactly("large", "small");
    assertThat(again.get("/d/small")).isEqualTo(text("hello"));
    assertThat(again.get("/d/large")).isEqualTo(random(1, 5_000_000));
  }

  @Test
  void syncedChangesSurviveACrash() {
    TestHost a = new TestHost(1, device, cluster);
    OpenFile f = a.create("/f");
    a.write(f, 0, random(2, 100_000));
    a.fsync(f);
    // No close: the journal alone knows.
    TestHost again = new TestHost(1, device, new SharedLocks());
    assertThat(again.get("/f")).isEqualTo(random(2, 100_000));
  }

  @Test
  void fsyncCoversWhatAnotherHostWrote() {
    TestHost a = new TestHost(1, device, cluster);
    TestHost b = new TestHost(2, device, cluster);
    OpenFile fa = a.create("/f");
    OpenFile fb = b.open("/f", 2);
    a.write(fa, 0, random(4, 100_000));
    b.fsync(fb);
    // Both hosts die here; nothing was closed.
    TestHost again = new TestHost(3, device, new SharedLocks());
    assertThat(again.get("/f")).isEqualTo(random(4, 100_000));
  }

  @Test
  void otherHostReadsWhatWasWritten() {
    TestHost a = new TestHost(1, device, cluster);
    TestHost b = new TestHost(2, device, cluster);
    a.put("/f", text("from a"));
    assertThat(b.get("/f")).isEqualTo(text("from a"));
    OpenFile f = b.open("/f", 2);
    b.write(f, 0, text("FROM B, longer"));
    assertThat(a.get("/f")).isEqualTo(text("FROM B, longer"));
    b.fs.release(f);
  }

  @Test
  void unlinkedFileStaysReadableWhileOpenElsewhere() {
    TestHost a = new TestHost(1, device, cluster);
    TestHost b = new TestHost(2, device, cluster);
    a.put("/f", random(3, 300_000));
    OpenFile f = b.open("/f", 0);
    a.unlink("/f");
    a.tasks.tick();
    assertThat(b.read(f, 0, 300_000)).isEqualTo(random(3, 300_000));
    long free = a.fs.statistics().freeBlocks();
    b.fs.release(f);
    a.tasks.tick();
    a.fs.sync();
    TestHost c = new TestHost(3, device, cluster);
    assertThatThrownBy(() -> c.get("/f")).isInstanceOf(FsException.class);
    assertThat(free).isPositive();
  }

  @Test
  void manyNamesInOneDirectory() {
    TestHost a = new TestHost(1, device, cluster);
    a.mkdir("/d");
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      a.put("/d/name-" + i, text("x" + i));
      expected.add("name-" + i);
    }
    expected.sort(null);
    assertThat(a.list("/d")).isEqualTo(expected);
    TestHost b = new TestHost(2, device, cluster);
    assertThat(b.list("/d")).isEqualTo(expected);
    for (int i = 0; i < 3000; i++) {
      b.unlink("/d/name-" + i);
    }
    b.tasks.tick();
    assertThat(a.list("/d")).isEmpty();
    a.rmdir("/d");
  }

  @Test
  void contentEqualsAModelUnderRandomWrites() {
    TestHost a = new TestHost(1, device, cluster);
    TestHost b = new TestHost(2, device, cluster);
    OpenFile fa = a.create("/f");
    OpenFile fb = b.open("/f", 2);
    byte[] model = new byte[0];
    Random r = new Random(7);
    for (int i = 0; i < 400; i++) {
      TestHost h = r.nextBoolean() ? a : b;
      OpenFile f = h == a ? fa : fb;
      int at = r.nextInt(2_000_000);
      int length = r.nextInt(5) == 0 ? r.nextInt(200_000) : r.nextInt(9000);
      switch (r.nextInt(6)) {
        case 0 -> {
          h.fs.setAttributes(f.inode(), new AttributeChange(AttributeChange.SIZE, 0, 0, 0, at, 0, 0, 0));
          model = Arrays.copyOf(model, at);
        }
        case 1 -> {
          h.fs.fallocate(f, 3, at, length + 1);
          if (at < model.length) {
            Arrays.fill(model, at, Math.min(model.length, at + length + 1), (byte) 0);
          }
        }
        default -> {
          int aligned = r.nextBoolean() ? 512 : 1;
          at = at / aligned * aligned;
          byte[] data = random(i, Math.max(aligned, length / aligned * aligned));
          h.write(f, at, data);
          model = model.length < at + data.length ? Arrays.copyOf(model, at + data.length) : model;
          System.arraycopy(data, 0, model, at, data.length);
        }
      }
      TestHost reader = r.nextBoolean() ? a : b;
      byte[] got = reader.read(reader == a ? fa : fb, 0, model.length + 100);
      assertThat(Arrays.mismatch(got, model)).as("step " + i).isEqualTo(-1);
    }
  }

  @Test
  void survivorReplaysTheDeadHost() {
    TestHost a = new TestHost(1, device, cluster);
    TestHost b = new TestHost(2, device, cluster);
    a.mkdir("/d");
    OpenFile f = a.create("/d/f");
    a.write(f, 0, random(5, 50_000));
    a.fsync(f);
    a.unlink("/d/f");
    a.fs.sync();
    cluster.kill(1);
    b.recovery.replay(1);
    cluster.recovered(1);
    assertThat(b.list("/d")).isEmpty();
    b.tasks.tick();
    b.put("/d/g", text("after"));
    assertThat(b.list("/")).containsExactly("d");
  }

  @Test
  void renameReplacesAndMoves() {
    TestHost a = new TestHost(1, device, cluster);
    a.mkdir("/x");
    a.mkdir("/y");
    a.put("/x/f", text("1"));
    a.put("/y/g", text("2"));
    a.rename("/x/f", "/y/g");
    assertThat(a.get("/y/g")).isEqualTo(text("1"));
    assertThat(a.list("/x")).isEmpty();
    a.rename("/x", "/y/x");
    assertThat(a.list("/y")).containsExactly("g", "x");
    assertThatThrownBy(() -> a.rename("/y", "/y/x/z")).isInstanceOf(FsException.class);
    assertThat(a.fs.attributes(a.walk("/")).linkCount()).isEqualTo(3);
    assertThat(a.fs.attributes(a.walk("/y")).linkCount()).isEqualTo(3);
    a.link("/y/g", "/h");
    assertThat(a.fs.attributes(a.walk("/h")).linkCount()).isEqualTo(2);
  }

  @Test
  void xattrsOfAllSizes() {
    TestHost a = new TestHost(1, device, cluster);
    a.put("/f", text("1"));
    long f = a.walk("/f");
    for (int size : new int[]{0, 1, 900, 1000, 5000, 65_536}) {
      a.fs.setXattr(f, TestHost.name("user.a" + size), random(size, size), 0);
    }
    for (int size : new int[]{0, 1, 900, 1000, 5000, 65_536}) {
      assertThat(a.fs.getXattr(f, TestHost.name("user.a" + size))).isEqualTo(random(size, size));
    }
    assertThat(a.fs.listXattrs(f)).hasSize(6);
    a.fs.removeXattr(f, TestHost.name("user.a65536"));
    assertThat(a.fs.listXattrs(f)).hasSize(5);
  }
}
