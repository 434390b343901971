package cfs.fuse;

import cfs.error.FsError;
import cfs.error.FsException;
import cfs.fs.FileSystem;
import cfs.fuse.wire.Opcode;
import org.jspecify.annotations.Nullable;

/**
 * The slow path: one table from opcode to handler. What is not in the table answers ENOSYS, which the kernel remembers and
 * replaces by what it does without the file system; docs/FUSE.md lists it.
 */
final class Worker {
  private final @Nullable Handler[] table = new @Nullable Handler[Opcode.TABLE_SIZE];

  Worker(FileSystem fileSystem, Nodes nodes, OpenFiles files, long attributeValidNanos) {
    names(new NameCalls(fileSystem, nodes));
    attributes(new AttributeCalls(fileSystem, nodes, attributeValidNanos));
    files(new FileCalls(fileSystem, nodes, files), new DirectoryCalls(fileSystem, nodes, files));
    xattrs(new XattrCalls(fileSystem, nodes));
    on(Opcode.INTERRUPT, request -> Request.NO_REPLY);
    on(Opcode.DESTROY, request -> 0);
  }

  private void names(NameCalls calls) {
    on(Opcode.LOOKUP, calls::lookup);
    on(Opcode.FORGET, calls::forget);
    on(Opcode.BATCH_FORGET, calls::batchForget);
    on(Opcode.READLINK, calls::readLink);
    on(Opcode.SYMLINK, calls::symlink);
    on(Opcode.MKNOD, calls::makeNode);
    on(Opcode.MKDIR, calls::makeDirectory);
    on(Opcode.LINK, calls::link);
    on(Opcode.UNLINK, calls::unlink);
    on(Opcode.RMDIR, calls::removeDirectory);
    on(Opcode.RENAME, calls::rename);
    on(Opcode.RENAME2, calls::rename2);
  }

  private void attributes(AttributeCalls calls) {
    on(Opcode.GETATTR, calls::get);
    on(Opcode.SETATTR, calls::set);
    on(Opcode.STATFS, calls::statistics);
    on(Opcode.SYNCFS, calls::syncVolume);
  }

  private void files(FileCalls files, DirectoryCalls directories) {
    on(Opcode.OPEN, files::open);
    on(Opcode.CREATE, files::create);
    on(Opcode.READ, files::read);
    on(Opcode.WRITE, files::write);
    on(Opcode.FLUSH, files::flush);
    on(Opcode.RELEASE, files::release);
    on(Opcode.FSYNC, files::fsync);
    on(Opcode.FALLOCATE, files::allocate);
    on(Opcode.LSEEK, files::seek);
    on(Opcode.OPENDIR, directories::open);
    on(Opcode.READDIR, directories::read);
    on(Opcode.RELEASEDIR, files::release);
    on(Opcode.FSYNCDIR, files::fsync);
  }

  private void xattrs(XattrCalls calls) {
    on(Opcode.GETXATTR, calls::get);
    on(Opcode.SETXATTR, calls::set);
    on(Opcode.LISTXATTR, calls::list);
    on(Opcode.REMOVEXATTR, calls::remove);
  }

  private void on(Opcode opcode, Handler handler) {
    table[opcode.code()] = handler;
  }

  int serve(Request request) {
    int opcode = request.opcode();
    Handler handler = opcode >= 0 && opcode < table.length ? table[opcode] : null;
    if (handler == null) {
      throw new FsException(FsError.NOT_IMPLEMENTED);
    }
    return handler.serve(request);
  }
}
