package cfs.host.admin;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The part of HTTP/1.1 (RFC 9112) that an API with small JSON bodies over a local socket needs: one request and one answer
 * per connection, Content-Length bodies, no chunks. {@code curl --unix-socket} speaks to it.
 */
final class HttpExchange {
  static final int HEAD_BYTES_MAX = 8 << 10;
  static final int BODY_BYTES_MAX = 4 << 20;

  /** The first line and the body of a request or of an answer. */
  record Message(String firstLine, String body) {}

  private HttpExchange() {}

  static void writeRequest(OutputStream to, String method, String path, String body) throws IOException {
    write(to, method + " " + path + " HTTP/1.1\r\nHost: cfs", body);
  }

  static void writeAnswer(OutputStream to, int status, String body) throws IOException {
    write(to, "HTTP/1.1 " + status + (status < 400 ? " OK" : " Refused"), body);
  }

  private static void write(OutputStream to, String head, String body) throws IOException {
    byte[] content = body.getBytes(StandardCharsets.UTF_8);
    String lines = head + "\r\nContent-Type: application/json\r\nContent-Length: " + content.length
        + "\r\nConnection: close\r\n\r\n";
    to.write(lines.getBytes(StandardCharsets.US_ASCII));
    to.write(content);
    to.flush();
  }

  static Message read(InputStream from) throws IOException {
    String head = readHead(from);
    int length = 0;
    for (String line : head.lines().toList()) {
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = contentLength(line.substring(line.indexOf(':') + 1).strip());
      }
    }
    byte[] body = from.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("the body ended after " + body.length + " of " + length + " bytes");
    }
    return new Message(head.lines().findFirst().orElse(""), new String(body, StandardCharsets.UTF_8));
  }

  private static String readHead(InputStream from) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.length() < 4 || head.lastIndexOf("\r\n\r\n") != head.length() - 4) {
      int next = from.read();
      if (next < 0) {
        throw new EOFException("the connection ended within the headers");
      }
      if (head.length() >= HEAD_BYTES_MAX) {
        throw new IOException("headers of more than " + HEAD_BYTES_MAX + " bytes");
      }
      head.append((char) next);
    }
    return head.toString();
  }

  private static int contentLength(String text) throws IOException {
    try {
      int length = Integer.parseInt(text);
      if (length >= 0 && length <= BODY_BYTES_MAX) {
        return length;
      }
    } catch (NumberFormatException notANumber) {
      // falls through to the one refusal
    }
    throw new IOException("Content-Length \"" + text + "\" is not between 0 and " + BODY_BYTES_MAX);
  }
}
