package cfs.fence.adapter;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The content of a slot file: which process holds it and as which incarnation of the host. One line, so that people can
 * read it; it counts only when whole, up to the final word.
 */
record SlotRecord(ProcessMark process, long incarnation) {
  private static final Pattern LINE = Pattern
      .compile("pid=(\\d{1,10}) start=(\\d{1,19}) boot=(\\S{1,64}) incarnation=(-?\\d{1,19}) end\n");
  private static final int MAX_BYTES = 256;

  void write(FileChannel channel) throws IOException {
    String line = "pid=" + process.pid() + " start=" + process.startTicks() + " boot=" + process.boot()
        + " incarnation=" + incarnation + " end\n";
    channel.truncate(0);
    ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII));
    while (bytes.hasRemaining()) {
      channel.write(bytes, bytes.position());
    }
    channel.force(true);
  }

  /** Empty while the holder is writing it, or when it is damaged. */
  static Optional<SlotRecord> read(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
    int read;
    do {
      read = channel.read(bytes, bytes.position());
    } while (read > 0 && bytes.hasRemaining());
    Matcher line = LINE.matcher(new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII));
    if (!line.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new SlotRecord(
          new ProcessMark(Long.parseLong(line.group(1)), Long.parseLong(line.group(2)), line.group(3)),
          Long.parseLong(line.group(4))));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
