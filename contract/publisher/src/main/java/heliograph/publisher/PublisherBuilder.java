package heliograph.publisher;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sets what a publisher may do, and opens it. Each setting has a default, and a value out of its
 * bounds is an {@link IllegalArgumentException}. One thread at a time.
 */
public final class PublisherBuilder {
  private static final int KIB = 1 << 10;
  private static final int MIB = 1 << 20;
  private static final int MAX_BATCH_EVENTS = 10_000;
  private static final int MAX_BATCH_BYTES = 64 * MIB;
  private static final int MAX_QUEUE_EVENTS = 1_000_000;
  private static final int MAX_ATTEMPTS = 1000;
  private static final Duration MAX_LINGER = Duration.ofMinutes(1);
  private static final Duration MAX_BLOCK = Duration.ofHours(1);
  private static final Duration MAX_RETRY = Duration.ofDays(1);
  private static final Duration MAX_REQUEST = Duration.ofMinutes(10);
  private static final Duration MIN = Duration.ofMillis(1);

  private final URI address;
  private final Credential credential;
  private @Nullable HttpClient http;
  private Duration requestTimeout = Duration.ofSeconds(30);
  private int maxEventBytes = 256 * KIB;
  private Settings.Batches batches = new Settings.Batches(500, MIB, Duration.ofMillis(5));
  private Settings.Room room = new Settings.Room(10_000, 64 * MIB, Duration.ofSeconds(10));
  private Settings.Retries retries =
      new Settings.Retries(
          20, Duration.ofMinutes(2), Duration.ofMillis(200), Duration.ofSeconds(10));
  private Duration closeWithin = Duration.ofSeconds(10);

  PublisherBuilder(URI address, Credential credential) {
    String scheme = address.getScheme();
    boolean web = "http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme);
    // None of these would be part of a publisher's address, and some would be a secret in it.
    boolean more =
        address.getRawUserInfo() != null
            || address.getRawQuery() != null
            || address.getRawFragment() != null;
    if (!web || address.getHost() == null || more) {
      throw new IllegalArgumentException(
          "an address is an http or https URL without user information, query and fragment");
    }
    this.address = address;
    this.credential = credential;
  }

  /**
   * Sets how many events, and how many bytes of JSON, one request has at most, and how long an
   * event waits for others. Whichever comes first sends the request.
   *
   * @param events 1 to 10000; by default 500, which is the relay's own default
   * @param bytes 1 KiB to 64 MiB; by default 1 MiB. The relay takes 8 MiB unless it is configured
   *     otherwise, and proxies may take less
   * @param linger 0 to 1 minute; by default 5 ms
   */
  public PublisherBuilder batches(int events, int bytes, Duration linger) {
    check("events", events, 1, MAX_BATCH_EVENTS);
    check("bytes", bytes, KIB, MAX_BATCH_BYTES);
    check("linger", linger, Duration.ZERO, MAX_LINGER);
    batches = new Settings.Batches(events, bytes, linger);
    return this;
  }

  /**
   * Sets how large an event may be: its data and the text of all its attributes in UTF-8, as the
   * relay counts it. A larger one is told before anything is sent.
   *
   * @param bytes 1 byte to 64 MiB; by default 256 KiB, which is the relay's own default
   */
  public PublisherBuilder eventBytes(int bytes) {
    check("bytes", bytes, 1, MAX_BATCH_BYTES);
    maxEventBytes = bytes;
    return this;
  }

  /**
   * Sets how many events, and how many bytes of them as JSON, may be accepted and not answered.
   *
   * @param events 1 to 1000000; by default 10000
   * @param bytes at least 1 KiB; by default 64 MiB
   */
  public PublisherBuilder queue(int events, long bytes) {
    check("events", events, 1, MAX_QUEUE_EVENTS);
    check("bytes", bytes, KIB, Long.MAX_VALUE);
    room = new Settings.Room(events, bytes, room.blockFor());
    return this;
  }

  /**
   * Has a publish wait for room when the queue is full, and fail with {@link
   * PublishException.Kind#QUEUE_FULL} after that. This is the default.
   *
   * @param atMost 1 ms to 1 hour; by default 10 s
   */
  public PublisherBuilder blockWhenFull(Duration atMost) {
    check("atMost", atMost, MIN, MAX_BLOCK);
    room = new Settings.Room(room.maxEvents(), room.maxBytes(), atMost);
    return this;
  }

  /** Has a publish fail at once with {@link PublishException.Kind#QUEUE_FULL} when it is full. */
  public PublisherBuilder failWhenFull() {
    room = new Settings.Room(room.maxEvents(), room.maxBytes(), Duration.ZERO);
    return this;
  }

  /**
   * Sets how often and how long an event is tried. It fails with {@link
   * PublishException.Kind#GAVE_UP} at whichever comes first, without a wait that would be in vain.
   *
   * <p>Tried again are: no connection, no answer, a cut or unreadable answer, and the statuses 408,
   * 429 and 5xx but 501 and 505. Every other refusal stays as it is: 400, 401, 403, 413, 422 and
   * redirects fail at once.
   *
   * @param attempts 1 to 1000; by default 20
   * @param within 1 ms to 1 day, from when the event was accepted; by default 2 minutes. Keep it
   *     below the relay's memory for duplicates, which is 24 hours unless it is configured
   *     otherwise
   */
  public PublisherBuilder retries(int attempts, Duration within) {
    check("attempts", attempts, 1, MAX_ATTEMPTS);
    check("within", within, MIN, MAX_RETRY);
    retries = new Settings.Retries(attempts, within, retries.firstPause(), retries.maxPause());
    return this;
  }

  /**
   * Sets the pause after a failed attempt, which doubles with each failure in a row. Up to one half
   * of it is random. A {@code Retry-After} (RFC 9110, section 10.2.3) of the relay, in seconds or
   * as a date, is obeyed up to 5 minutes, also by events that are published later.
   *
   * @param first 1 ms to 10 minutes; by default 200 ms
   * @param most {@code first} to 10 minutes; by default 10 s
   */
  public PublisherBuilder backoff(Duration first, Duration most) {
    check("first", first, MIN, MAX_REQUEST);
    check("most", most, first, MAX_REQUEST);
    retries = new Settings.Retries(retries.maxAttempts(), retries.within(), first, most);
    return this;
  }

  /**
   * Sets how long one attempt may take, from the connection to the end of the answer.
   *
   * @param most 1 ms to 10 minutes; by default 30 s. The relay gives up a request after 20 s
   */
  public PublisherBuilder requestTimeout(Duration most) {
    check("most", most, MIN, MAX_REQUEST);
    requestTimeout = most;
    return this;
  }

  /**
   * Sets how long {@link Publisher#close()} goes on sending what was accepted.
   *
   * @param most 0 to 1 hour; by default 10 s
   */
  public PublisherBuilder closeWithin(Duration most) {
    check("most", most, Duration.ZERO, MAX_BLOCK);
    closeWithin = most;
    return this;
  }

  /**
   * Uses an HTTP client of the caller, for instance with a proxy, with trusted certificates, or
   * with one of its own for the relay's scheme {@code mtls}. The publisher does not close it.
   *
   * @param client one that never follows redirects, which would hand the credential on
   */
  public PublisherBuilder http(HttpClient client) {
    if (client.followRedirects() != HttpClient.Redirect.NEVER) {
      throw new IllegalArgumentException("the client follows redirects");
    }
    http = client;
    return this;
  }

  /** Opens the publisher. It connects with the first event. */
  public Publisher open() {
    Settings settings =
        new Settings(
            address,
            credential,
            requestTimeout,
            maxEventBytes,
            batches,
            room,
            retries,
            closeWithin);
    Publisher publisher = new Publisher(settings, Optional.ofNullable(http));
    publisher.start();
    return publisher;
  }

  private static void check(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(name + ": " + least + " to " + most);
    }
  }

  private static void check(String name, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(name + ": " + least + " to " + most);
    }
  }
}
