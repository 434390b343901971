package cfs.fuse.adapter;

import jnr.ffi.LibraryLoader;
import jnr.ffi.annotations.LongLong;
import jnr.ffi.provider.jffi.NoX86;

/**
 * posix_spawn(3): the way to start a program that inherits a descriptor, which Java's ProcessBuilder cannot. Apart from
 * {@link Libc} because of its six arguments: jnr-ffi 2.3.4's own x86-64 stubs corrupt the sixth, hence NoX86.
 */
@NoX86
public interface Spawn {
  Spawn C = LibraryLoader.create(Spawn.class).load("c");

  /** sizeof(posix_spawn_file_actions_t) is 80 with glibc on 64 bits. */
  int FILE_ACTIONS_BYTES = 128;

  int posix_spawnp(@LongLong long pid, @LongLong long file, @LongLong long actions, @LongLong long attributes,
      @LongLong long arguments, @LongLong long environment);

  int posix_spawn_file_actions_init(@LongLong long actions);

  int posix_spawn_file_actions_adddup2(@LongLong long actions, int from, int to);

  int posix_spawn_file_actions_destroy(@LongLong long actions);

  int waitpid(int pid, @LongLong long status, int options);

  int socketpair(int domain, int type, int protocol, @LongLong long pair);

  @LongLong
  long recvmsg(int socket, @LongLong long message, int flags);
}
