package heliograph.gateway.http;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.wire.RequestTimeouts;
import heliograph.gateway.wire.Room;
import io.helidon.common.buffers.DataReader;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Headers;
import io.helidon.http.RequestException;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/**
 * Receives request bodies, within two bounds: the bytes of one, before and after inflation, and the
 * bytes of all that are in memory at once. Those of whom nothing is known yet have a {@link Room}
 * of their own, so that nobody who has proved itself waits for them. Any thread.
 */
public final class Bodies {
  private static final int CHUNK = 16 * 1024;
  private static final int FIRST = 4 * 1024;

  // What arrived of a body's length before there is room made for all of it.
  private static final int BELIEVED = 4;

  private static final byte[] NOTHING = {};
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final int maxBytes;
  private final Room unproven;
  private final Room known;
  private final RequestTimeouts timeouts;

  /**
   * Bodies of one listener.
   *
   * @param maxBytes the most bytes of one body
   * @param unproven where the bodies are of those who have proved nothing
   * @param known where those are of the others
   */
  public Bodies(int maxBytes, Room unproven, Room known, RequestTimeouts timeouts) {
    this.maxBytes = maxBytes;
    this.unproven = unproven;
    this.known = known;
    this.timeouts = timeouts;
  }

  /** The most bytes of one body. */
  public int maxBytes() {
    return maxBytes;
  }

  /** For a body of a request whose head says nothing of who sends it that could be believed. */
  public Body unproven() {
    return unproven(maxBytes);
  }

  /**
   * The same where little is expected.
   *
   * @param most the most bytes of the body
   */
  public Body unproven(int most) {
    return new Body(unproven, most);
  }

  /** For a body of somebody who is known already. */
  public Body known() {
    return new Body(known, maxBytes);
  }

  /** A body in memory, on the thread of its request; closing it gives its room back. */
  public final class Body implements AutoCloseable {
    private final int most;
    private Room.Place place;
    private boolean proven;
    private long held;

    private Body(Room room, int most) {
      this.most = most;
      this.proven = room == known;
      // Who gives way to another is told so, and cut, unless its body is whole by then.
      this.place = room.enter(timeouts.cutter(Bodies::overloaded));
      timeouts.receives(room);
    }

    /** The most bytes of it. */
    public int most() {
      return most;
    }

    /**
     * Receives the bytes as they were sent, before any inflation: those that a signature covers.
     *
     * @throws RelayException TOO_LARGE or OVERLOADED; the connection is closed then
     */
    public byte[] receive(ServerRequest request, ServerResponse response) {
      long announced = request.headers().contentLength().orElse(0);
      try {
        if (announced > most) {
          throw tooLarge();
        }
        byte[] raw = request.content().hasEntity() ? read(open(request), announced) : new byte[0];
        // From here on only our own work is waited for, so nobody slow holds the room.
        if (!place.keep()) {
          throw overloaded();
        }
        return raw;
      } catch (RelayException refusal) {
        // What is still to come is not read, so nothing else can follow on this connection.
        response.header(HeaderValues.CONNECTION_CLOSE);
        throw refusal;
      }
    }

    /**
     * Its sender has proved who it is, if only by the body itself: from now on it counts among the
     * known.
     *
     * @throws RelayException OVERLOADED if there is no room there
     */
    public void prove() {
      if (proven) {
        return;
      }
      proven = true;
      Room.Place mine = known.enter(() -> {});
      boolean fits = mine.hold(held) && mine.keep();
      place.close();
      place = mine;
      if (!fits) {
        throw overloaded();
      }
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
    public byte[] inflate(Headers headers, byte[] raw) {
      String coding = headers.first(HeaderNames.CONTENT_ENCODING).orElse("identity").strip();
      return switch (coding.toLowerCase(Locale.ROOT)) {
        case "identity" -> raw;
        case "gzip", "x-gzip" -> {
          try {
            yield read(new GZIPInputStream(new ByteArrayInputStream(raw), CHUNK), 0);
          } catch (IOException _) {
            throw new RelayException(ErrorCode.INVALID_REQUEST, "the body is not gzip");
          }
        }
        default ->
            throw new RelayException(
                ErrorCode.UNSUPPORTED_MEDIA_TYPE, "Content-Encoding: only gzip");
      };
    }

    /**
     * @param announced how many bytes are said to come; zero if nothing is said
     */
    private byte[] read(InputStream in, long announced) {
      int expected = announced > 0 ? (int) announced : most;
      byte[] bytes = resized(NOTHING, Math.min(FIRST, expected));
      byte[] further = new byte[1];
      int size = 0;
      while (true) {
        if (size < bytes.length) {
          int n = next(in, bytes, size);
          if (n < 0) {
            return resized(bytes, size);
          }
          size += n;
        } else {
          // It is full, and may be whole.
          if (next(in, further, 0) < 0) {
            return bytes;
          }
          if (size == most) {
            throw tooLarge();
          }
          bytes = resized(bytes, grown(size, expected));
          bytes[size++] = further[0];
        }
      }
    }

    /** No more than some times what is here: bytes that were only announced are cheap to send. */
    private int grown(int size, int expected) {
      boolean believed = size < expected && expected <= (long) size * BELIEVED;
      return believed ? expected : (int) Math.min(2L * size, most);
    }

    private byte[] resized(byte[] bytes, int length) {
      if (!place.hold(length)) {
        throw overloaded();
      }
      byte[] other = Arrays.copyOf(bytes, length);
      place.release(bytes.length);
      held += length - bytes.length;
      return other;
    }

    private int next(InputStream in, byte[] bytes, int from) {
      try {
        return in.read(bytes, from, bytes.length - from);
      } catch (DataReader.InsufficientDataAvailableException e) {
        // Elsewhere Helidon knows a client's leaving for what it is; here it looks like a bug.
        throw new CloseConnectionException("the client left before its body was whole", e);
      } catch (RequestException e) {
        throw Problems.of(e);
      } catch (IOException _) {
        throw new RelayException(ErrorCode.INVALID_REQUEST, "the body is not gzip");
      }
    }

    private RelayException tooLarge() {
      return new RelayException(ErrorCode.TOO_LARGE, "the body is over " + most + " bytes");
    }

    @Override
    public void close() {
      place.close();
    }
  }

  private static RelayException overloaded() {
    return RelayException.retryAfter(
        ErrorCode.OVERLOADED, "too many bodies are being received", RETRY);
  }
}
