package cfs.host.local;

import cfs.host.os.Programs;
import cfs.host.problem.Problem;
import cfs.host.problem.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What this machine must have; asked before anything is created, and all at once by {@code cfs doctor}. */
public final class Prerequisites {
  private static final long SPACE_BYTES_MIN = 256L << 20;
  private static final long MEMORY_BYTES_MIN = 1L << 30;

  /** @param mend the command that mends it; empty when it is well */
  public record Check(String name, boolean fine, ProblemCode code, String found, String mend) {}

  private Prerequisites() {}

  /** Throws the first check that is not fine. */
  static void require(RunDirectory run) {
    for (Check check : all(run, Path.of("/dev/fuse"))) {
      if (!check.fine()) {
        throw new Problem(check.code(), check.found(), check.mend());
      }
    }
  }

  public static List<Check> all(RunDirectory run, Path fuseDevice) {
    List<Check> checks = new ArrayList<>();
    int feature = Runtime.version().feature();
    checks.add(new Check("java", feature == 25, ProblemCode.FAILED, "Java " + Runtime.version(),
        "install a JDK 25 and set JAVA_HOME to it"));
    checks.add(new Check("fuse", Files.exists(fuseDevice), ProblemCode.FUSE_MISSING,
        Files.exists(fuseDevice) ? fuseDevice + " is there" : "The FUSE device " + fuseDevice + " is missing",
        "modprobe fuse"));
    checks.add(mountRight(fuseDevice));
    checks.add(space(run));
    checks.add(memory());
    return checks;
  }

  private static Check mountRight(Path fuseDevice) {
    if (Programs.isRoot()) {
      return new Check("mount", true, ProblemCode.FUSE_NOT_PERMITTED, "root mounts by itself", "");
    }
    if (!Programs.installed("fusermount3")) {
      return new Check("mount", false, ProblemCode.FUSE_NOT_PERMITTED,
          "This user is not root, and fusermount3 is not installed", "sudo apt-get install fuse3");
    }
    boolean open = Files.isReadable(fuseDevice) && Files.isWritable(fuseDevice);
    return new Check("mount", open, ProblemCode.FUSE_NOT_PERMITTED,
        open ? "fusermount3 is installed" : "This user may not open " + fuseDevice,
        "sudo chmod 666 " + fuseDevice);
  }

  private static Check space(RunDirectory run) {
    Path there = run.root();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    try {
      long free = Files.getFileStore(there).getUsableSpace();
      boolean writable = Files.isWritable(there);
      return new Check("space", free >= SPACE_BYTES_MIN && writable,
          writable ? ProblemCode.NO_SPACE : ProblemCode.RUN_DIRECTORY,
          (free >> 20) + " MiB free in " + there + (writable ? "" : ", which is not writable"),
          "choose another directory with --run");
    } catch (IOException unknown) {
      return new Check("space", false, ProblemCode.RUN_DIRECTORY,
          there + " cannot be used: " + unknown.getMessage(),
          "choose another directory with --run");
    }
  }

  private static Check memory() {
    try {
      long kilobytes = Files.readString(Path.of("/proc/meminfo")).lines()
          .filter(line -> line.startsWith("MemAvailable:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).findFirst().orElse(0);
      return new Check("memory", kilobytes << 10 >= MEMORY_BYTES_MIN, ProblemCode.NO_SPACE,
          (kilobytes >> 10) + " MiB of memory available", "stop other programs; two hosts need 1 GiB");
    } catch (IOException noProc) {
      return new Check("memory", false, ProblemCode.FAILED, "/proc is not mounted",
          "mount -t proc proc /proc");
    }
  }
}
