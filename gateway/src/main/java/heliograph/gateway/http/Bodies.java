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
 * Receives the request bodies of one listener within two bounds: the bytes of one body, before and
 * after inflation, and the bytes of all bodies in memory. Senders of whom nothing is known yet have
 * a {@link Room} of their own, so that no sender who has proved who it is waits for them; and those
 * who have share theirs, so that none of them fills it for the others. Any thread.
 */
public final class Bodies {
  private static final int CHUNK = 16 * 1024;
  private static final int FIRST = 4 * 1024;

  // A body gets an array of its announced length when this part of it, a fourth, has arrived.
  private static final int BELIEVED = 4;

  private static final byte[] NOTHING = {};
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final int maxBytes;
  private final Room unproven;
  private final Room known;
  private final RequestTimeouts timeouts;

  /**
   * Makes the bodies of one listener.
   *
   * @param maxBytes the most bytes of one body
   * @param unproven the room for bodies of senders who have proved nothing
   * @param known the room for bodies of senders who have proved who they are
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

  /** Begins a body whose request has proved nothing of its sender by its head. */
  public Body unproven() {
    return unproven(maxBytes);
  }

  /**
   * Begins a small body whose request has proved nothing of its sender by its head.
   *
   * @param most the most bytes of the body
   */
  public Body unproven(int most) {
    return new Body(unproven, Room.STRANGERS, most);
  }

  /**
   * Begins a body of a sender who has proved who it is.
   *
   * @param sender whose share of the room it counts in
   */
  public Body known(String sender) {
    return new Body(known, sender, maxBytes);
  }

  /**
   * A body in memory, used on the thread of its request; closing it gives its bytes back to the
   * room.
   */
  public final class Body implements AutoCloseable {
    private final int most;
    private Room.Place place;
    private boolean proven;
    private long held;

    private Body(Room room, String sender, int most) {
      this.most = most;
      this.proven = room == known;
      // A sender whose body gives way is refused and cut, unless the body is whole by then.
      this.place = room.enter(sender, timeouts.cutter(Bodies::overloaded));
      timeouts.receives(room, sender);
    }

    /** The most bytes of this body. */
    public int most() {
      return most;
    }

    /**
     * Receives the body as it was sent, before any inflation: a signature covers these bytes.
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
        // From here on only our own work takes time, so no slow client holds the room.
        if (!place.keep()) {
          throw overloaded();
        }
        return raw;
      } catch (RelayException refusal) {
        // The rest of the body is not read, so nothing else can follow on this connection.
        response.header(HeaderValues.CONNECTION_CLOSE);
        throw refusal;
      }
    }

    /**
     * Moves the body to the room of known senders: its sender has proved who it is, for example by
     * a signature of the body.
     *
     * @param sender whose share of that room it counts in
     * @throws RelayException OVERLOADED if there is no room for it
     */
    public void prove(String sender) {
      if (proven) {
        return;
      }
      proven = true;
      Room.Place mine = known.enter(sender, () -> {});
      boolean fits = mine.hold(held) && mine.keep();
      place.close();
      place = mine;
      if (!fits) {
        throw overloaded();
      }
    }

    /** Opens the body; a client that waits for {@code 100 Continue} gets it here. */
    private static InputStream open(ServerRequest request) {
      try {
        return request.content().inputStream();
      } catch (UncheckedIOException e) {
        // Nobody is there to be answered, and a client that left is not a bug.
        throw new CloseConnectionException("the client left before it was asked", e);
      }
    }

    /**
     * Undoes the content coding of a body (RFC 9110 section 8.4).
     *
     * @throws RelayException UNSUPPORTED_MEDIA_TYPE for another coding than gzip, TOO_LARGE,
     *     OVERLOADED, or INVALID_REQUEST if the bytes are not gzip
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
     * Reads all bytes of a stream.
     *
     * @param announced how many bytes are announced; 0 if nothing is
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
          // The array is full, and the body may be whole.
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

    /**
     * The next length of the array, at most four times what has arrived: to announce many bytes
     * costs the sender nothing.
     */
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
        // Helidon reports a client that leaves here by this exception, which would be logged as a
        // bug.
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
