package heliograph.benchmark;

import java.io.IOException;

/** Takes the chunks off a body (RFC 9112, section 7.1), however it comes in pieces. One thread. */
final class Chunks {
  private static final int LINE_END = 2;

  private int size;
  // Of the content, and of the line end behind it.
  private int left;
  private int behind;

  void feed(byte[] bytes, int from, int to, Gunzip.Sink sink) throws IOException {
    int at = from;
    while (at < to) {
      if (left > 0) {
        int some = Math.min(left, to - at);
        sink.take(bytes, at, at + some);
        left -= some;
        at += some;
      } else if (behind > 0) {
        behind--;
        at++;
      } else {
        sizeByte(bytes[at++]);
      }
    }
  }

  private void sizeByte(byte next) throws IOException {
    int digit = Character.digit(next, 16);
    if (digit >= 0) {
      size = size * 16 + digit;
    } else if (next == '\n') {
      left = size;
      behind = LINE_END;
      size = 0;
    } else if (next != '\r') {
      throw new IOException("not the size of a chunk");
    }
  }
}
