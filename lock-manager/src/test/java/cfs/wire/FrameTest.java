package cfs.wire;

import static org.assertj.core.api.Assertions.assertThat;

import cfs.port.LockMode;
import cfs.port.ResourceKind;
import cfs.wire.LockMessage.Resource;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameTest {
  private static final Resource RESOURCE = new Resource(ResourceKind.GROUP, -5);
  private static final LockMessage.Grant GRANT = new LockMessage.Grant(RESOURCE, LockMode.PW, 1L << 40, 77);
  private static final List<LockMessage> ALL = List.of(new LockMessage.Request(RESOURCE, LockMode.EX, 3),
      GRANT,
      new LockMessage.Blocking(GRANT, LockMode.CR),
      new LockMessage.Down(RESOURCE, LockMode.NL, Long.MAX_VALUE),
      new LockMessage.DownAck(RESOURCE, LockMode.CW, 9), new LockMessage.Cancel(RESOURCE, 10),
      new LockMessage.CancelAck(RESOURCE, 11),
      new LockMessage.Rebuild(1, 3, List.of(new LockMessage.Held(RESOURCE, LockMode.PR))),
      new LockMessage.RebuildAck(2),
      new LockMessage.Probe(RESOURCE, 12), new LockMessage.ProbeReply(13, true));

  @Test
  void everyMessageArrivesAsSent() {
    assertThat(ALL).extracting(Object::getClass).doesNotHaveDuplicates()
        .hasSize(LockMessage.class.getPermittedSubclasses().length);
    ByteBuffer buffer = ByteBuffer.allocate(Frame.MAX_BYTES);
    assertThat(Frame.encode(buffer, 6, -7, ALL, 0)).isEqualTo(ALL.size());
    assertThat(Frame.decode(buffer)).isEqualTo(new Frame(6, -7, ALL));
  }

  @Test
  void headerAndSizesAreAsDocumented() {
    ByteBuffer buffer = ByteBuffer.allocate(Frame.MAX_BYTES);
    assertThat(ALL).extracting(LockMessage::sizeBytes).containsExactly(19, 27, 28, 19, 19, 18, 18, 21, 5, 18,
        10);
    Frame.encode(buffer, 1, 2, ALL, 0);
    assertThat(buffer.remaining()).isEqualTo(24 + ALL.stream().mapToInt(LockMessage::sizeBytes).sum());
    byte[] start = new byte[8];
    buffer.get(start);
    assertThat(start).containsExactly('C', 'F', 'S', 'L', 1, 0, ALL.size(), 0);
  }

  @Test
  void whatDoesNotFitGoesIntoTheNextFrame() {
    List<LockMessage> many = Collections.nCopies(10_000, GRANT);
    ByteBuffer buffer = ByteBuffer.allocate(Frame.MAX_BYTES);
    List<LockMessage> arrived = new ArrayList<>();
    for (int next = 0; next < many.size();) {
      next = Frame.encode(buffer, 1, 1, many, next);
      arrived.addAll(Frame.decode(buffer).messages());
    }
    assertThat(arrived).isEqualTo(many);
  }

  @Test
  void largestRebuildFitsOneFrame() {
    LockMessage largest = new LockMessage.Rebuild(0, 1,
        Collections.nCopies(LockMessage.MAX_HELD, new LockMessage.Held(RESOURCE, LockMode.EX)));
    ByteBuffer buffer = ByteBuffer.allocate(Frame.MAX_BYTES);
    assertThat(Frame.encode(buffer, 1, 1, List.of(largest), 0)).isEqualTo(1);
    assertThat(Frame.decode(buffer).messages()).containsExactly(largest);
  }

  @Test
  void damagedFrameIsRefusedAndNeverThrows() {
    ByteBuffer buffer = ByteBuffer.allocate(Frame.MAX_BYTES);
    Frame.encode(buffer, 1, 1, ALL, 0);
    byte[] good = new byte[buffer.remaining()];
    buffer.get(good);
    for (int length = 0; length < good.length; length++) {
      assertThat(Frame.decode(ByteBuffer.wrap(good, 0, length))).isNull();
    }
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      byte[] bad = good.clone();
      bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      Frame.decode(ByteBuffer.wrap(bad));
    }
    good[4] = 2;
    assertThat(Frame.decode(ByteBuffer.wrap(good))).isNull();
  }
}
