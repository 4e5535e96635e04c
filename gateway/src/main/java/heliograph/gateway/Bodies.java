package heliograph.gateway;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import io.helidon.common.buffers.DataReader;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.zip.GZIPInputStream;

/**
 * Receives request bodies, within two bounds: the bytes of one, before and after inflation, and the
 * bytes of all that are in memory at once. Any thread.
 */
final class Bodies {
  private static final int CHUNK = 16 * 1024;
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final int maxBytes;
  private final Semaphore room;

  @SuppressWarnings("UnusedVariable")
  private final RequestTimeouts timeouts;

  /**
   * @param maxBytes the most bytes of one body
   * @param totalBytes the most bytes of all bodies that are being received or read
   */
  Bodies(int maxBytes, int totalBytes, RequestTimeouts timeouts) {
    this.maxBytes = maxBytes;
    this.timeouts = timeouts;
    this.room = new Semaphore(totalBytes);
  }

  /** A body in memory; closing it gives its room back. */
  final class Body implements AutoCloseable {
    private int held;

    /**
     * Receives the bytes as they were sent, before any inflation: those that a signature covers.
     *
     * @throws RelayException TOO_LARGE or OVERLOADED; the connection is closed then
     */
    byte[] receive(ServerRequest request, ServerResponse response) {
      long announced = request.headers().contentLength().orElse(0);
      try {
        if (announced > maxBytes) {
          throw tooLarge();
        }
        byte[] raw =
            request.content().hasEntity() ? read(open(request), piece(announced)) : new byte[0];
        return raw;
      } catch (RelayException refusal) {
        // What is still to come is not read, so nothing else can follow on this connection.
        response.header(HeaderValues.CONNECTION_CLOSE);
        throw refusal;
      }
    }

    /** How much of a body to make room for at a time: all of it, if it is said to be small. */
    private static int piece(long announced) {
      return announced > 0 && announced < CHUNK ? (int) announced : CHUNK;
    }

    /** Asks for the body, where the client waits to be asked. */
    private static InputStream open(ServerRequest request) {
      try {
        return request.content().inputStream();
      } catch (UncheckedIOException e) {
        throw new CloseConnectionException("the client left before it was asked", e);
      }
    }

    /**
     * Undoes the content coding.
     *
     * @throws RelayException UNSUPPORTED_MEDIA_TYPE, TOO_LARGE, OVERLOADED, or INVALID_REQUEST if
     *     the bytes are not of that coding
     */
    byte[] inflate(ServerRequest request, byte[] raw) {
      String coding =
          request.headers().first(HeaderNames.CONTENT_ENCODING).orElse("identity").strip();
      return switch (coding.toLowerCase(Locale.ROOT)) {
        case "identity" -> raw;
        case "gzip", "x-gzip" -> {
          try {
            yield read(new GZIPInputStream(new ByteArrayInputStream(raw), CHUNK), CHUNK);
          } catch (IOException _) {
            throw new RelayException(ErrorCode.INVALID_REQUEST, "the body is not gzip");
          }
        }
        default ->
            throw new RelayException(
                ErrorCode.UNSUPPORTED_MEDIA_TYPE, "Content-Encoding: only gzip");
      };
    }

    private byte[] read(InputStream in, int piece) {
      ByteArrayOutputStream out = new ByteArrayOutputStream(piece);
      byte[] chunk = new byte[piece];
      for (int n = next(in, chunk); n >= 0; n = next(in, chunk)) {
        if (out.size() + n > maxBytes) {
          throw tooLarge();
        }
        hold(n);
        out.write(chunk, 0, n);
      }
      return out.toByteArray();
    }

    private int next(InputStream in, byte[] chunk) {
      try {
        return in.read(chunk);
      } catch (DataReader.InsufficientDataAvailableException e) {
        // Elsewhere Helidon knows a client's leaving for what it is; here it looks like a bug.
        throw new CloseConnectionException("the client left before its body was whole", e);
      } catch (NumberFormatException _) {
        throw new RelayException(
            ErrorCode.INVALID_REQUEST, "the size of a chunk is not hexadecimal digits alone");
      } catch (IOException _) {
        throw new RelayException(ErrorCode.INVALID_REQUEST, "the body is not gzip");
      }
    }

    private void hold(int bytes) {
      if (!room.tryAcquire(bytes)) {
        throw RelayException.retryAfter(
            ErrorCode.OVERLOADED, "too many bodies are being received", RETRY);
      }
      held += bytes;
    }

    private RelayException tooLarge() {
      return new RelayException(ErrorCode.TOO_LARGE, "the body is over " + maxBytes + " bytes");
    }

    @Override
    public void close() {
      room.release(held);
      held = 0;
    }
  }

  Body body() {
    return new Body();
  }
}
