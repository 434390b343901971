package cfs.fs;

import static org.assertj.core.api.Assertions.assertThat;

import cfs.port.MemoryDevice;
import cfs.port.MemoryDevice.Change;
import cfs.port.SharedLocks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Power is cut after any write of a workload; of the writes since the last flush any subset may be lost and any may be torn at a
 * sector. What was fsync'd by then must be there after a mount.
 */
class CrashTest {
  private static final int SIZE_MIB = 160;

  /** The state that an fsync promised: by the time {@code changes} changes were recorded, the files had these contents. */
  private record Promise(int changes, Map<String, byte[]> files, String inFlight) {}

  private final Map<String, byte[]> files = new HashMap<>();
  private final List<Promise> promises = new ArrayList<>();

  @Test
  void fsyncedFilesSurviveACutAfterEachWrite() {
    long seed = Long.getLong("cfs.seed", 20261120);
    Random r = new Random(seed);
    MemoryDevice device = new MemoryDevice((long) SIZE_MIB << 20);
    TestHost.format(device);
    TestHost host = new TestHost(1, device, new SharedLocks());
    host.mkdir("/d");
    host.fs.sync();
    MemoryDevice base = device.copy();
    device.record();
    promises.add(new Promise(0, Map.of(), "none"));
    for (int i = 0; i < 60; i++) {
      step(host, device, r, i);
    }
    List<Change> changes = device.recorded();
    int cases = 0;
    for (int cut = 0; cut <= changes.size(); cut += 1 + r.nextInt(2)) {
      for (int variant = 0; variant < 2; variant++) {
        check(base, changes, cut, variant == 0 ? null : new Random(seed + cut),
            "seed " + seed + " cut " + cut);
        cases++;
      }
    }
    assertThat(cases).isGreaterThan(150);
  }

  private void step(TestHost host, MemoryDevice device, Random r, int i) {
    String path = "/d/f" + r.nextInt(12);
    String target = "/d/f" + r.nextInt(12);
    promise(device, path + " " + target);
    boolean there = files.containsKey(path);
    int kind = r.nextInt(8);
    if (kind == 0 && there) {
      host.unlink(path);
      files.remove(path);
      host.fs.sync();
    } else if (kind == 1 && there && !path.equals(target)) {
      host.rename(path, target);
      files.put(target, files.remove(path));
      host.fs.sync();
    } else if (kind == 2 && there) {
      int size = r.nextInt(60_000);
      OpenFile f = host.open(path, 2);
      host.fs.setAttributes(f.inode(), new AttributeChange(AttributeChange.SIZE, 0, 0, 0, size, 0, 0, 0));
      host.fsync(f);
      host.fs.release(f);
      files.put(path, Arrays.copyOf(files.get(path), size));
    } else {
      write(host, r, path, there);
    }
    if (r.nextInt(3) == 0) {
      host.tasks.tick();
    }
    promise(device, "none");
  }

  private void write(TestHost host, Random r, String path, boolean there) {
    byte[] old = there ? files.get(path) : new byte[0];
    int at = r.nextInt(40_000);
    byte[] data = new byte[1 + r.nextInt(r.nextBoolean() ? 2000 : 50_000)];
    r.nextBytes(data);
    OpenFile f = there ? host.open(path, 2) : host.create(path);
    host.write(f, at, data);
    host.fsync(f);
    host.fs.release(f);
    byte[] content = Arrays.copyOf(old, Math.max(old.length, at + data.length));
    System.arraycopy(data, 0, content, at, data.length);
    files.put(path, content);
  }

  private void promise(MemoryDevice device, String inFlight) {
    promises.add(new Promise(device.recorded().size(), new HashMap<>(files), inFlight));
  }

  private void check(MemoryDevice base, List<Change> changes, int cut, Random loss, String what) {
    MemoryDevice crashed = base.copy();
    int flushed = cut;
    while (flushed > 0 && !(changes.get(flushed - 1) instanceof Change.Flush)) {
      flushed--;
    }
    for (int i = 0; i < cut; i++) {
      Change c = changes.get(i);
      if (i < flushed || loss == null || loss.nextInt(3) > 0) {
        crashed.apply(c);
      } else if (c instanceof Change.Write w && loss.nextBoolean()) {
        int sectors = w.bytes().length / 512;
        int from = loss.nextInt(sectors);
        int to = from + 1 + loss.nextInt(sectors - from);
        crashed.apply(
            new Change.Write(w.offset() + from * 512L, Arrays.copyOfRange(w.bytes(), from * 512, to * 512)));
      }
    }
    Promise promise = promises.get(0);
    for (Promise p : promises) {
      promise = p.changes() <= cut ? p : promise;
    }
    TestHost host = new TestHost(1, crashed, new SharedLocks());
    host.tasks.tick();
    List<String> names = host.list("/d");
    for (Map.Entry<String, byte[]> e : promise.files().entrySet()) {
      if (!List.of(promise.inFlight().split(" ")).contains(e.getKey())) {
        assertThat(names).as(what).contains(e.getKey().substring(3));
        assertThat(host.get(e.getKey())).as(what + " " + e.getKey()).isEqualTo(e.getValue());
      }
    }
    for (String name : names) {
      host.get("/d/" + name);
    }
    host.put("/d/new", new byte[10_000]);
    host.fs.close();
  }
}
