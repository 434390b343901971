package cfs.fs;

import cfs.alloc.Group;
import cfs.error.FsError;
import cfs.error.FsException;
import cfs.format.InodeRecord;
import cfs.inode.Edit;
import cfs.inode.Inode;
import cfs.inode.Xattrs;
import cfs.journal.Transaction;
import cfs.port.LockMode;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Function;

/** Attributes and extended attributes of one inode. */
final class InodeOperations {
  private static final int SETUID = 04000;
  private static final int SETGID = 02000;
  private static final int GROUP_EXECUTE = 0010;
  private static final int PERMISSIONS = 07777;
  private static final int XATTR_BLOCKS = 48;

  private final Parts parts;
  private final FileContent content;

  InodeOperations(Parts parts, FileContent content) {
    this.parts = parts;
    this.content = content;
  }

  <T> T shared(long number, Function<Inode, T> action) {
    Inode inode = parts.inodes().use(number);
    try {
      inode.lockShared(LockMode.PR);
      try {
        inode.requireCurrent();
        return action.apply(inode);
      } finally {
        inode.unlockShared(LockMode.PR);
      }
    } finally {
      parts.inodes().unuse(inode);
    }
  }

  <T> T exclusive(long number, Function<Inode, T> action) {
    Inode inode = parts.inodes().use(number);
    try {
      inode.lockExclusive();
      try {
        inode.requireCurrent();
        return action.apply(inode);
      } finally {
        inode.unlockExclusive();
      }
    } finally {
      parts.inodes().unuse(inode);
    }
  }

  Attributes set(long number, AttributeChange c) {
    return exclusive(number, inode -> {
      if (c.has(AttributeChange.SIZE)) {
        if (inode.type() != Attributes.REGULAR) {
          throw new FsException(
              inode.type() == Attributes.DIRECTORY ? FsError.IS_DIRECTORY : FsError.INVALID);
        }
        content.truncate(inode, c.sizeBytes());
      }
      parts.journal().run(2, tx -> apply(inode, c, tx));
      return inode.attributes();
    });
  }

  private void apply(Inode inode, AttributeChange c, Transaction tx) {
    inode.writeTimes(tx);
    int mode = inode.mode();
    if (c.has(AttributeChange.MODE)) {
      mode = (mode & Attributes.TYPE_MASK) | (c.mode() & PERMISSIONS);
    }
    if (c.has(AttributeChange.KILL_PRIVILEGES)) {
      mode &= ~SETUID;
      mode = (mode & GROUP_EXECUTE) != 0 ? mode & ~SETGID : mode;
    }
    inode.putU32(tx, InodeRecord.MODE, mode);
    if (c.has(AttributeChange.UID)) {
      inode.putU32(tx, InodeRecord.UID, c.uid());
    }
    if (c.has(AttributeChange.GID)) {
      inode.putU32(tx, InodeRecord.GID, c.gid());
    }
    long now = parts.now();
    if (c.has(AttributeChange.ACCESS) || c.has(AttributeChange.ACCESS_NOW)) {
      inode.putU64(tx, InodeRecord.ACCESS, c.has(AttributeChange.ACCESS_NOW) ? now : c.accessNanos());
    }
    if (c.has(AttributeChange.MODIFY) || c.has(AttributeChange.MODIFY_NOW)) {
      inode.putU64(tx, InodeRecord.MODIFY, c.has(AttributeChange.MODIFY_NOW) ? now : c.modifyNanos());
    }
    inode.putU64(tx, InodeRecord.CHANGE, c.has(AttributeChange.CHANGE) ? c.changeNanos() : now);
  }

  byte[] readLink(long number) {
    return shared(number, inode -> {
      if (inode.type() != Attributes.SYMLINK) {
        throw new FsException(FsError.INVALID);
      }
      return inode.inline().asSlice(0, inode.size()).toArray(ValueLayout.JAVA_BYTE);
    });
  }

  byte[] getXattr(long number, byte[] name) {
    return shared(number, inode -> {
      byte[] value = new Xattrs(inode).get(name);
      if (value == null) {
        throw new FsException(FsError.NO_XATTR);
      }
      return value;
    });
  }

  List<byte[]> listXattrs(long number) {
    return shared(number, inode -> new Xattrs(inode).names());
  }

  void setXattr(long number, byte[] name, byte[] value, int flags) {
    if (name.length == 0 || name.length > 255 || value.length > Xattrs.VALUE_BYTES_MAX) {
      throw new FsException(FsError.RANGE);
    }
    exclusive(number, inode -> {
      boolean there = new Xattrs(inode).get(name) != null;
      if (flags == 1 && there) {
        throw new FsException(FsError.EXISTS);
      }
      if (flags == 2 && !there) {
        throw new FsException(FsError.NO_XATTR);
      }
      edit(inode, Xattrs.credits(value.length), e -> new Xattrs(inode).set(e, name, value));
      return true;
    });
  }

  void removeXattr(long number, byte[] name) {
    exclusive(number, inode -> {
      byte[] old = new Xattrs(inode).get(name);
      if (old == null) {
        throw new FsException(FsError.NO_XATTR);
      }
      edit(inode, Xattrs.credits(old.length), e -> new Xattrs(inode).remove(e, name));
      return true;
    });
  }

  private interface XattrChange {
    void apply(Edit edit);
  }

  private void edit(Inode inode, int credits, XattrChange change) {
    Group group = parts.allocator().lock(inode.number(), XATTR_BLOCKS, false);
    try {
      parts.journal().run(credits, tx -> {
        change.apply(new Edit(tx, group));
        inode.putU64(tx, InodeRecord.CHANGE, parts.now());
      });
    } finally {
      parts.allocator().unlock(group);
    }
  }
}
