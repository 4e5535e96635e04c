package heliograph.benchmark;

import java.io.IOException;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Inflates a gzip stream that comes in pieces, and that is to be read as far as it has come. It may
 * be of one member or of many. One thread.
 */
final class Gunzip implements AutoCloseable {
  private static final int HEADER = 10;
  private static final int TRAILER = 8;
  private static final int FLAGS_AT = 3;

  private final Inflater inflater = new Inflater(true);
  private final byte[] inflated = new byte[16 * 1024];
  private int headerLeft = HEADER;
  private int trailerLeft;

  /** Takes inflated bytes. */
  interface Sink {
    void take(byte[] bytes, int from, int to) throws IOException;
  }

  void feed(byte[] bytes, int from, int to, Sink sink) throws IOException {
    int at = from;
    while (at < to) {
      if (trailerLeft > 0) {
        trailerLeft--;
        at++;
      } else if (headerLeft > 0) {
        if (HEADER - headerLeft == FLAGS_AT && bytes[at] != 0) {
          throw new IOException("a gzip header with more than the necessary");
        }
        headerLeft--;
        at++;
      } else {
        inflater.setInput(bytes, at, to - at);
        inflate(sink);
        at = to - inflater.getRemaining();
        if (inflater.finished()) {
          inflater.reset();
          trailerLeft = TRAILER;
          headerLeft = HEADER;
        }
      }
    }
  }

  private void inflate(Sink sink) throws IOException {
    try {
      int n = inflater.inflate(inflated);
      while (n > 0) {
        sink.take(inflated, 0, n);
        n = inflater.inflate(inflated);
      }
    } catch (DataFormatException e) {
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    inflater.end();
  }
}
