package cfs.wire;

import cfs.port.LockMode;
import cfs.port.ResourceKind;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * One message between the host side and the master side of the lock protocol. Each is a type byte and fixed little-endian
 * fields. All may be lost, repeated and overtaken; ids say what is stale.
 */
public sealed interface LockMessage {
  /** Which resource a message is about; nine bytes on the wire. */
  record Resource(ResourceKind kind, long id) {
    static final int BYTES = 9;

    /** Deterministic, unlike the identity hash of an enum constant. */
    @Override
    public int hashCode() {
      return Long.hashCode((id * 8 + kind.ordinal()) * 0x9E3779B97F4A7C15L);
    }
  }

  /** Asks the master for {@code mode}; {@code requestId} grows with each request of a host and is never reused. */
  record Request(Resource resource, LockMode mode, long requestId) implements LockMessage {}

  /** The master recorded {@code mode} for the receiver; {@code grantId} grows with each grant of a master in one epoch. */
  record Grant(Resource resource, LockMode mode, long requestId, long grantId) implements LockMessage {}

  /** Somebody waits for {@code wanted}. Repeats the receiver's grant, so that a lost or overtaken GRANT does no harm. */
  record Blocking(Grant grant, LockMode wanted) implements LockMessage {}

  /** The sender holds only {@code mode} of what {@code grantId} gave it. */
  record Down(Resource resource, LockMode mode, long grantId) implements LockMessage {}

  /** The master took notice of that DOWN, or it was stale. */
  record DownAck(Resource resource, LockMode mode, long grantId) implements LockMessage {}

  /** Nobody at the sender waits for that request any more. Answered by CANCEL_ACK, or by GRANT when that came first. */
  record Cancel(Resource resource, long requestId) implements LockMessage {}

  /** The request is not queued at the master. */
  record CancelAck(Resource resource, long requestId) implements LockMessage {}

  /** A lock that the sender of a REBUILD holds. */
  record Held(Resource resource, LockMode mode) {}

  /** Part {@code chunk} of {@code chunks} of what the sender held when it entered the epoch. */
  record Rebuild(int chunk, int chunks, List<Held> held) implements LockMessage {}

  record RebuildAck(int chunk) implements LockMessage {}

  /** Asks the master whether a live host holds the resource in a mode that excludes a writer elsewhere. */
  record Probe(Resource resource, long probeId) implements LockMessage {}

  record ProbeReply(long probeId, boolean held) implements LockMessage {}

  /** Held locks in one REBUILD: their 10 bytes each stay below {@link Frame#MAX_BYTES}. */
  int MAX_HELD = 6_000;

  /** Bytes that {@link #write} needs. */
  default int sizeBytes() {
    return 1 + switch (this) {
      case Request m -> Resource.BYTES + 9;
      case Grant m -> Resource.BYTES + 17;
      case Blocking m -> Resource.BYTES + 18;
      case Down m -> Resource.BYTES + 9;
      case DownAck m -> Resource.BYTES + 9;
      case Cancel m -> Resource.BYTES + 8;
      case CancelAck m -> Resource.BYTES + 8;
      case Rebuild m -> 10 + m.held.size() * (Resource.BYTES + 1);
      case RebuildAck m -> 4;
      case Probe m -> Resource.BYTES + 8;
      case ProbeReply m -> 9;
    };
  }

  /** Appends this message to a little-endian buffer. */
  default void write(ByteBuffer out) {
    switch (this) {
      case Request m -> Fields.put(out, 1, m.resource).put(Fields.mode(m.mode)).putLong(m.requestId);
      case Grant m -> Fields.putGrant(out, 2, m);
      case Blocking m -> Fields.putGrant(out, 3, m.grant).put(Fields.mode(m.wanted));
      case Down m -> Fields.put(out, 4, m.resource).put(Fields.mode(m.mode)).putLong(m.grantId);
      case DownAck m -> Fields.put(out, 5, m.resource).put(Fields.mode(m.mode)).putLong(m.grantId);
      case Cancel m -> Fields.put(out, 6, m.resource).putLong(m.requestId);
      case CancelAck m -> Fields.put(out, 7, m.resource).putLong(m.requestId);
      case Rebuild m -> {
        out.put((byte) 8).putInt(m.chunk).putInt(m.chunks).putShort((short) m.held.size());
        for (Held held : m.held) {
          Fields.put(out, held.mode.ordinal(), held.resource);
        }
      }
      case RebuildAck m -> out.put((byte) 9).putInt(m.chunk);
      case Probe m -> Fields.put(out, 10, m.resource).putLong(m.probeId);
      case ProbeReply m -> out.put((byte) 11).putLong(m.probeId).put((byte) (m.held ? 1 : 0));
    }
  }

  /** Reads one message. Throws IllegalArgumentException or BufferUnderflowException when it is malformed. */
  static LockMessage read(ByteBuffer in) {
    int type = in.get();
    return switch (type) {
      case 1 -> new Request(Fields.resource(in), Fields.mode(in), in.getLong());
      case 2 -> Fields.grant(in);
      case 3 -> new Blocking(Fields.grant(in), Fields.mode(in));
      case 4 -> new Down(Fields.resource(in), Fields.mode(in), in.getLong());
      case 5 -> new DownAck(Fields.resource(in), Fields.mode(in), in.getLong());
      case 6 -> new Cancel(Fields.resource(in), in.getLong());
      case 7 -> new CancelAck(Fields.resource(in), in.getLong());
      case 8 -> Fields.rebuild(in);
      case 9 -> new RebuildAck(in.getInt());
      case 10 -> new Probe(Fields.resource(in), in.getLong());
      case 11 -> new ProbeReply(in.getLong(), in.get() != 0);
      default -> throw new IllegalArgumentException("unknown lock message type " + type);
    };
  }
}
