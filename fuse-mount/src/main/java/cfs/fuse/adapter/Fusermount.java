package cfs.fuse.adapter;

import cfs.fuse.MountException;
import cfs.fuse.MountException.Code;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Mounts without root through fusermount3 (setuid): it opens /dev/fuse, mounts, and passes the descriptor over a Unix
 * socket whose number it finds in _FUSE_COMMFD (fusermount3(1), libfuse's lib/mount.c).
 */
final class Fusermount implements Mounter {
  private static final Logger LOG = System.getLogger("cfs.fuse");

  static final String PROGRAM = "fusermount3";

  /** The fusectl file system: one directory per connection, named by the minor device number of the mount. */
  private static final Path CONNECTIONS = Path.of("/sys/fs/fuse/connections");

  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM_CLOEXEC = 1 | 02000000;

  /** Where fusermount3 finds its end of the socket. */
  private static final int PASSED_FD = 3;

  private static final int MSG_CMSG_CLOEXEC = 0x40000000;

  /** struct msghdr and one struct cmsghdr with one descriptor, x86-64 and arm64. */
  private static final int MSGHDR_BYTES = 56;

  private static final int CMSG_BYTES = 24;
  private static final int UNMOUNT_TIMEOUT_SECONDS = 20;

  @Override
  public int mount(Path target, MountOptions options) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pair = arena.allocate(ValueLayout.JAVA_INT, 2);
      if (Spawn.C.socketpair(AF_UNIX, SOCK_STREAM_CLOEXEC, 0, pair.address()) < 0) {
        throw new MountException(Code.KERNEL_REFUSED, "No Unix socket pair could be made.", "ulimit -n");
      }
      int ours = pair.getAtIndex(ValueLayout.JAVA_INT, 0);
      int theirs = pair.getAtIndex(ValueLayout.JAVA_INT, 1);
      int fd = -1;
      try {
        int pid = spawn(arena, theirs, target, options);
        Libc.C.close(theirs);
        fd = receiveDescriptor(arena, ours);
        Spawn.C.waitpid(pid, 0, 0);
      } finally {
        Libc.C.close(ours);
      }
      if (fd < 0) {
        throw new MountException(Code.NO_PERMISSION, PROGRAM + " refused to mount on " + target
            + "; what it said is on standard error.", "ls -ld " + target + " /dev/fuse; cat /etc/fuse.conf");
      }
      return fd;
    }
  }

  private static int spawn(Arena arena, int socket, Path target, MountOptions options) {
    MemorySegment actions = arena.allocate(Spawn.FILE_ACTIONS_BYTES, 16);
    MemorySegment pid = arena.allocate(ValueLayout.JAVA_INT);
    Spawn.C.posix_spawn_file_actions_init(actions.address());
    Spawn.C.posix_spawn_file_actions_adddup2(actions.address(), socket, PASSED_FD);
    int error = Spawn.C.posix_spawnp(pid.address(), arena.allocateFrom(PROGRAM).address(), actions.address(),
        0,
        strings(arena, List.of(PROGRAM, "-o", mountOptions(options), "--", target.toString())).address(),
        strings(arena, environment()).address());
    Spawn.C.posix_spawn_file_actions_destroy(actions.address());
    if (error != 0) {
      Libc.C.close(socket);
      throw noProgram();
    }
    return pid.get(ValueLayout.JAVA_INT, 0);
  }

  private static List<String> environment() {
    List<String> environment = new ArrayList<>();
    environment.add("_FUSE_COMMFD=" + PASSED_FD);
    environment.add("PATH=/usr/local/bin:/usr/bin:/bin");
    return environment;
  }

  static String mountOptions(MountOptions options) {
    // In an option a comma or a backslash needs a backslash.
    String source = options.source().replace("\\", "\\\\").replace(",", "\\,");
    return "fsname=" + source + ",subtype=cfs,default_permissions,max_read=1048576"
        + (options.allowOther() ? ",allow_other" : "") + (options.readOnly() ? ",ro" : "");
  }

  /** A NULL-terminated array of C strings. */
  private static MemorySegment strings(Arena arena, List<String> values) {
    MemorySegment array = arena.allocate(ValueLayout.ADDRESS, values.size() + 1L);
    for (int i = 0; i < values.size(); i++) {
      array.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(values.get(i), StandardCharsets.UTF_8));
    }
    return array;
  }

  /** The descriptor in the one message that fusermount3 sends, or -1 when it ended without. */
  private static int receiveDescriptor(Arena arena, int socket) {
    MemorySegment data = arena.allocate(8);
    MemorySegment vector = arena
        .allocate(MemoryLayout.structLayout(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    vector.set(ValueLayout.JAVA_LONG, 0, data.address());
    vector.set(ValueLayout.JAVA_LONG, 8, 1);
    MemorySegment control = arena.allocate(CMSG_BYTES, 8);
    MemorySegment message = arena.allocate(MSGHDR_BYTES, 8);
    message.set(ValueLayout.JAVA_LONG, 16, vector.address());
    message.set(ValueLayout.JAVA_LONG, 24, 1);
    message.set(ValueLayout.JAVA_LONG, 32, control.address());
    message.set(ValueLayout.JAVA_LONG, 40, CMSG_BYTES);
    long received = Errno.result(Spawn.C.recvmsg(socket, message.address(), MSG_CMSG_CLOEXEC));
    for (int i = 0; received == -Errno.EINTR && i < 1000; i++) {
      received = Errno.result(Spawn.C.recvmsg(socket, message.address(), MSG_CMSG_CLOEXEC));
    }
    // cmsg_len 20: header of 16 and one int; level SOL_SOCKET and type SCM_RIGHTS, both 1.
    boolean passed = received > 0 && control.get(ValueLayout.JAVA_LONG, 0) == 20
        && control.get(ValueLayout.JAVA_INT, 8) == 1 && control.get(ValueLayout.JAVA_INT, 12) == 1;
    return passed ? control.get(ValueLayout.JAVA_INT, 16) : -1;
  }

  @Override
  public void unmount(Path target, boolean force) {
    if (force) {
      abort(target);
    }
    List<String> command = new ArrayList<>(List.of(PROGRAM, "-u", "-q"));
    command.addAll(force ? List.of("-z", "--", target.toString()) : List.of("--", target.toString()));
    if (!succeeds(command)) {
      throw new MountException(Code.BUSY, target + " is in use by a program.", "fuser -vm " + target);
    }
  }

  /** Lazy unmounting alone lets the session live until the last file is closed; the owner of a mount may abort it. */
  private static void abort(Path target) {
    String device = MountPoint.device(target);
    if (device == null) {
      return;
    }
    Path control = CONNECTIONS.resolve(device.substring(device.indexOf(':') + 1)).resolve("abort");
    try {
      Files.writeString(control, "1");
    } catch (IOException e) {
      LOG.log(Level.WARNING,
          "the mount ends only when its last file is closed: " + control + " cannot be written", e);
    }
  }

  private static boolean succeeds(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
      return process.waitFor(UNMOUNT_TIMEOUT_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      throw noProgram();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static MountException noProgram() {
    return new MountException(Code.NO_FUSERMOUNT, "Mounting wants root or the program " + PROGRAM + ".",
        "sudo apt-get install fuse3");
  }
}
