package cfs.wire;

import cfs.port.LockMode;
import cfs.port.ResourceKind;
import cfs.wire.LockMessage.Grant;
import cfs.wire.LockMessage.Held;
import cfs.wire.LockMessage.Rebuild;
import cfs.wire.LockMessage.Resource;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The fields that several messages share; what is read is checked, because a peer may run a damaged or newer build. */
final class Fields {
  private static final LockMode[] MODES = LockMode.values();
  private static final ResourceKind[] KINDS = ResourceKind.values();
  /** Chunks of one REBUILD: with 6,000 locks each more than any host can cache. */
  private static final int MAX_CHUNKS = 1 << 16;

  private Fields() {}

  static ByteBuffer put(ByteBuffer out, int first, Resource resource) {
    return out.put((byte) first).put((byte) resource.kind().ordinal()).putLong(resource.id());
  }

  static ByteBuffer putGrant(ByteBuffer out, int type, Grant grant) {
    return put(out, type, grant.resource()).put(mode(grant.mode())).putLong(grant.requestId())
        .putLong(grant.grantId());
  }

  static byte mode(LockMode mode) {
    return (byte) mode.ordinal();
  }

  static LockMode mode(ByteBuffer in) {
    int ordinal = in.get();
    require(ordinal >= 0 && ordinal < MODES.length, "lock mode", ordinal);
    return MODES[ordinal];
  }

  static Resource resource(ByteBuffer in) {
    int ordinal = in.get();
    require(ordinal >= 0 && ordinal < KINDS.length, "resource kind", ordinal);
    return new Resource(KINDS[ordinal], in.getLong());
  }

  static Grant grant(ByteBuffer in) {
    return new Grant(resource(in), mode(in), in.getLong(), in.getLong());
  }

  static Rebuild rebuild(ByteBuffer in) {
    int chunk = in.getInt();
    int chunks = in.getInt();
    int count = in.getShort();
    require(chunks >= 1 && chunks <= MAX_CHUNKS, "chunk count", chunks);
    require(chunk >= 0 && chunk < chunks, "chunk", chunk);
    require(count >= 0 && count <= LockMessage.MAX_HELD, "lock count", count);
    List<Held> held = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      LockMode mode = mode(in);
      held.add(new Held(resource(in), mode));
    }
    return new Rebuild(chunk, chunks, held);
  }

  private static void require(boolean holds, String field, int found) {
    if (!holds) {
      throw new IllegalArgumentException("bad " + field + " " + found + " in a lock message");
    }
  }
}
