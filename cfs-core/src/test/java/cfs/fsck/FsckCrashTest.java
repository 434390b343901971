package cfs.fsck;

import static org.assertj.core.api.Assertions.assertThat;

import cfs.fs.AttributeChange;
import cfs.fs.OpenFile;
import cfs.fs.TestHost;
import cfs.port.MemoryDevice;
import cfs.port.MemoryDevice.Change;
import cfs.port.SharedLocks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The file system and fsck agree: on every state that work, a power cut or a mount after it may leave. */
class FsckCrashTest {
  private static final long SIZE = 160L << 20;

  private final long seed = Long.getLong("cfs.seed", 20261121);
  private final Random random = new Random(seed);

  private static FsckReport check(MemoryDevice device, RepairLevel level) {
    return Fsck.check(device, new FsckOptions(level, 9), FsckProgress.NONE);
  }

  /** No findings but what waits for the next mount. */
  private static void sound(MemoryDevice device, String what) {
    FsckReport report = check(device, RepairLevel.NONE);
    assertThat(report.failure()).as(what).isNull();
    assertThat(report.exitCode()).as(what + " " + report.findings()).isZero();
  }

  @Test
  void workLeavesACleanVolume() {
    MemoryDevice device = new MemoryDevice(SIZE);
    TestHost.format(device);
    SharedLocks cluster = new SharedLocks();
    TestHost a = new TestHost(1, device, cluster);
    TestHost b = new TestHost(2, device, cluster);
    a.mkdir("/d");
    for (int i = 0; i < 300; i++) {
      step(random.nextBoolean() ? a : b, i);
    }
    a.tasks.tick();
    b.tasks.tick();
    a.fs.close();
    b.fs.close();
    FsckReport report = check(device, RepairLevel.NONE);
    assertThat(report.findings()).isEmpty();
    assertThat(report.failure()).isNull();
    assertThat(report.otherInodes()).isGreaterThan(3);
  }

  @Test
  void everyCutOffStateIsSoundAndPreenable() {
    MemoryDevice device = new MemoryDevice(SIZE);
    TestHost.format(device);
    MemoryDevice base = device.copy();
    device.record();
    TestHost host = new TestHost(1, device, new SharedLocks());
    host.mkdir("/d");
    for (int i = 0; i < 60; i++) {
      step(host, i);
      if (random.nextInt(3) == 0) {
        host.tasks.tick();
      }
    }
    host.fs.close();
    List<Change> changes = device.recorded();
    for (int cut = 0; cut <= changes.size(); cut += 1 + random.nextInt(1 + changes.size() / 30)) {
      String what = "seed " + seed + " cut " + cut;
      MemoryDevice crashed = crash(base, changes, cut, new Random(seed + cut));
      sound(crashed, what);
      MemoryDevice preened = crashed.copy();
      FsckReport preen = check(preened, RepairLevel.PREEN);
      assertThat(preen.exitCode()).as(what + preen.findings()).isZero();
      assertThat(check(preened, RepairLevel.NONE).findings()).as(what).isEmpty();
      for (MemoryDevice mounted : List.of(crashed, preened)) {
        TestHost again = new TestHost(2, mounted, new SharedLocks());
        if (again.list("/").isEmpty()) {
          again.mkdir("/d");
        }
        again.put("/d/new", new byte[20_000]);
        again.tasks.tick();
        again.fs.close();
        sound(mounted, what + " mounted");
      }
    }
  }

  private void step(TestHost host, int i) {
    String path = "/d/f" + random.nextInt(10);
    String target = "/d/f" + random.nextInt(10);
    List<String> names = host.list("/d");
    boolean there = names.contains(path.substring(3));
    boolean targetThere = names.contains(target.substring(3));
    switch (random.nextInt(10)) {
      case 0 -> {
        if (there) {
          host.unlink(path);
        }
      }
      case 1 -> {
        if (there && !path.equals(target)) {
          host.rename(path, target);
        }
      }
      case 2 -> {
        if (there && !targetThere) {
          host.link(path, target);
        }
      }
      case 3 -> {
        if (there) {
          OpenFile f = host.open(path, 2);
          host.fs.setAttributes(f.inode(),
              new AttributeChange(AttributeChange.SIZE, 0, 0, 0, random.nextInt(900_000), 0, 0, 0));
          host.fs.release(f);
        }
      }
      case 4 -> {
        if (there) {
          byte[] value = new byte[random.nextInt(9000)];
          host.fs.setXattr(host.walk(path), TestHost.name("user.a" + random.nextInt(3)), value, 0);
        }
      }
      case 5 -> directory(host, "/d/s" + random.nextInt(4), names);
      default -> write(host, path, there);
    }
    if (random.nextInt(4) == 0) {
      host.fs.sync();
    }
  }

  private void directory(TestHost host, String path, List<String> names) {
    if (!names.contains(path.substring(3))) {
      host.mkdir(path);
    } else if (host.list(path).isEmpty() && random.nextBoolean()) {
      host.rmdir(path);
    } else {
      for (int k = 0; k < 40; k++) {
        String name = path + "/entry-with-a-long-name-" + k;
        if (host.list(path).contains(name.substring(path.length() + 1))) {
          host.unlink(name);
        } else {
          host.put(name, new byte[10]);
        }
      }
    }
  }

  private void write(TestHost host, String path, boolean there) {
    OpenFile f = there ? host.open(path, 2) : host.create(path);
    for (int k = random.nextInt(30); k >= 0; k--) {
      byte[] data = new byte[1 + random.nextInt(random.nextBoolean() ? 2000 : 30_000)];
      host.write(f, random.nextInt(1_000_000), data);
    }
    host.fs.release(f);
  }

  /** Of the writes after the last flush before the cut some are lost, some torn. */
  private static MemoryDevice crash(MemoryDevice base, List<Change> changes, int cut, Random loss) {
    MemoryDevice crashed = base.copy();
    List<Change> open = new ArrayList<>();
    for (Change c : changes.subList(0, cut)) {
      if (c instanceof Change.Flush) {
        open.forEach(crashed::apply);
        open.clear();
      } else {
        open.add(c);
      }
    }
    for (Change c : open) {
      if (loss.nextInt(3) > 0) {
        crashed.apply(c);
      } else if (c instanceof Change.Write w && loss.nextBoolean()) {
        int sectors = w.bytes().length / 512;
        int from = loss.nextInt(sectors);
        int to = from + 1 + loss.nextInt(sectors - from);
        crashed.apply(
            new Change.Write(w.offset() + from * 512L, Arrays.copyOfRange(w.bytes(), from * 512, to * 512)));
      }
    }
    return crashed;
  }
}
