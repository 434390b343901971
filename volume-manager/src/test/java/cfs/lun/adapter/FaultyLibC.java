package cfs.lun.adapter;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import jnr.ffi.Runtime;

/** Answers each call with the next scripted value, negative for an errno; the script's end repeats "all done". */
final class FaultyLibC implements LibC {
  final ArrayDeque<Long> script = new ArrayDeque<>();
  final List<String> calls = new ArrayList<>();

  FaultyLibC answers(long... answers) {
    for (long answer : answers) {
      script.add(answer);
    }
    return this;
  }

  private long answer(long whenDone, String call) {
    calls.add(call);
    long answer = script.isEmpty() ? whenDone : script.poll();
    if (answer < 0) {
      Runtime.getSystemRuntime().setLastError((int) -answer);
      return -1;
    }
    return answer;
  }

  @Override
  public int open(long path, int flags) {
    return (int) answer(3, "open");
  }

  @Override
  public int close(int descriptor) {
    return (int) answer(0, "close");
  }

  @Override
  public long pread(int descriptor, long address, long length, long offset) {
    return answer(length, "pread " + length + "@" + offset);
  }

  @Override
  public long pwrite(int descriptor, long address, long length, long offset) {
    return answer(length, "pwrite " + length + "@" + offset);
  }

  @Override
  public int fdatasync(int descriptor) {
    return (int) answer(0, "fdatasync");
  }

  @Override
  public int fallocate(int descriptor, int mode, long offset, long length) {
    return (int) answer(0, "fallocate " + mode + " " + length + "@" + offset);
  }

  @Override
  public int ioctl(int descriptor, long request, long argument) {
    return (int) answer(0, "ioctl " + Long.toHexString(request));
  }

  @Override
  public int fcntl(int descriptor, int command, long argument) {
    return (int) answer(0, "fcntl");
  }

  @Override
  public int statx(int directory, long path, int flags, int mask, long result) {
    return (int) answer(0, "statx");
  }
}
