package heliograph.gateway.access;

import io.helidon.common.tls.Tls;
import io.helidon.http.HeaderNames;
import io.helidon.webclient.api.ClientConnection;
import io.helidon.webclient.api.ClientUri;
import io.helidon.webclient.api.ConnectionKey;
import io.helidon.webclient.api.HttpClientRequest;
import io.helidon.webclient.api.HttpClientResponse;
import io.helidon.webclient.api.TcpClientConnection;
import io.helidon.webclient.api.WebClient;
import io.helidon.webclient.api.WebClientConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;

/**
 * Asks another server about callers. The address is the one that the operator wrote: no redirect is
 * followed. While the server fails, those for whom it fails leave it alone for a while. Any thread.
 */
final class Upstream {
  /** The longest answer that is read, in bytes. */
  static final int MAX_ANSWER = 64 * 1024;

  private static final List<String> PROTOCOLS = List.of("http/1.1");
  private static final Tls NO_TLS = Tls.builder().enabled(false).build();
  private static final System.Logger LOGGER = System.getLogger("heliograph");

  private final String name;
  private final Duration timeout;
  private final IntFunction<UpstreamMeaning> meanings;
  private final LongSupplier nanos;
  private final WebClient client;
  private final Breakers breakers;
  // These troubles were logged. The set is bounded: there are only so many statuses.
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  /**
   * What came of a question.
   *
   * @param meaning the meaning of the answer; ILL if there is none
   * @param body the body of an answer whose status is 200, else empty
   */
  record Reply(UpstreamMeaning meaning, String body) {
    private static final Reply NONE = new Reply(UpstreamMeaning.ILL, "");
  }

  /** Thrown if an answer cannot be used, though the server is well. */
  private static final class Unreadable extends IOException {
    private static final long serialVersionUID = 1L;

    Unreadable(String what) {
      super(what);
    }
  }

  /** Thrown if the status says that the server itself is ill. */
  private static final class Ill extends IOException {
    private static final long serialVersionUID = 1L;

    Ill(int status) {
      super("status " + status);
    }
  }

  /**
   * Makes a client of one server.
   *
   * @param name the server's name in the log
   * @param timeout the time for connecting and for each wait for more bytes; whoever asks bounds
   *     the whole
   * @param meanings the meaning of each status
   * @param nanos a clock of elapsed nanoseconds
   */
  Upstream(
      String name, Duration timeout, IntFunction<UpstreamMeaning> meanings, LongSupplier nanos) {
    this.name = name;
    this.timeout = timeout;
    this.meanings = meanings;
    this.nanos = nanos;
    this.breakers = new Breakers(name, nanos);
    this.client =
        WebClient.builder()
            .connectTimeout(timeout)
            .readTimeout(timeout)
            .followRedirects(false)
            // What operators log in by brings services for clients, which would look at every
            // request.
            .servicesDiscoverServices(false)
            .build();
  }

  /** How the server is, for an operator. */
  Breakers.View view() {
    return breakers.view();
  }

  /** Asks with GET, on behalf of a party. */
  Reply ask(Party party, URI uri, PassedHeaders passed) {
    Optional<Breakers.Question> question = breakers.question(party);
    return question.isPresent() ? ask(question.get(), uri, passed) : Reply.NONE;
  }

  // It catches every RuntimeException: Helidon throws them for whatever the network or the server
  // does.
  private Reply ask(Breakers.Question question, URI uri, PassedHeaders passed) {
    long began = nanos.getAsLong();
    ClientConnection connection;
    try {
      connection = connect(uri);
    } catch (RuntimeException e) {
      if (hadItsTime(began)) {
        question.unreachable(cause(e));
      }
      return Reply.NONE;
    }
    question.reached();
    try {
      Reply reply = get(connection, uri, passed);
      question.answered();
      return reply;
    } catch (Unreadable e) {
      question.answered();
      return unusable(String.valueOf(e.getMessage()));
    } catch (RuntimeException | IOException e) {
      if (hadItsTime(began)) {
        question.failed(cause(e));
      }
      return Reply.NONE;
    } finally {
      connection.closeResource();
    }
  }

  /**
   * Whether the question had enough time to blame the upstream: one that waited for its turn, and
   * so was cut off early, says nothing about it.
   */
  private boolean hadItsTime(long began) {
    return !Thread.currentThread().isInterrupted()
        || nanos.getAsLong() - began >= timeout.toNanos() / 2;
  }

  /**
   * What the log says of a failure. The messages of other libraries may hold what was sent, so this
   * takes the class of the first cause.
   */
  private static String cause(Exception e) {
    if (e instanceof Ill) {
      return String.valueOf(e.getMessage());
    }
    Throwable first = e;
    while (first.getCause() != null) {
      first = first.getCause();
    }
    return first.getClass().getSimpleName();
  }

  /**
   * Logs an answer that cannot be used. Each kind is logged once, since any caller may cause it
   * again and again.
   */
  Reply unusable(String what) {
    if (told.add(what)) {
      LOGGER.log(
          System.Logger.Level.WARNING, "upstream-unusable upstream={0} cause={1}", name, what);
    }
    return new Reply(UpstreamMeaning.UNUSABLE, "");
  }

  /**
   * Makes a connection for one question. A connection that is kept could be closed meanwhile, which
   * would look like a server that is down. It is made here and not by the client, so that a failure
   * to connect can be told from a failure of the question.
   */
  private ClientConnection connect(URI uri) {
    ClientUri target = ClientUri.create(uri);
    WebClientConfig config = client.prototype();
    return TcpClientConnection.create(
            client,
            ConnectionKey.create(
                target.scheme(),
                target.host(),
                target.port(),
                "https".equals(target.scheme()) ? config.tls() : NO_TLS,
                config.dnsResolver(),
                config.dnsAddressLookup(),
                config.proxy()),
            PROTOCOLS,
            _ -> false,
            _ -> {})
        .connect();
  }

  private Reply get(ClientConnection connection, URI uri, PassedHeaders passed) throws IOException {
    HttpClientRequest request =
        client.get().uri(uri).connection(connection).header(HeaderNames.CONNECTION, "close");
    passed.headers().forEach(request::header);
    try (HttpClientResponse response = request.request()) {
      int status = response.status().code();
      UpstreamMeaning meaning = meanings.apply(status);
      return switch (meaning) {
        case ALLOWED -> new Reply(meaning, status == 200 ? body(response) : "");
        case DENIED, UNANSWERABLE, LATER -> new Reply(meaning, "");
        case UNUSABLE -> throw new Unreadable("status " + status);
        case ILL -> throw new Ill(status);
      };
    }
  }

  private static String body(HttpClientResponse response) throws IOException {
    if (!response.entity().hasEntity()) {
      return "";
    }
    try (InputStream in = response.inputStream()) {
      byte[] body = in.readNBytes(MAX_ANSWER + 1);
      if (body.length > MAX_ANSWER) {
        throw new Unreadable("over " + MAX_ANSWER + " bytes");
      }
      // This decodes strictly: replacing a malformed character could make one subject of two.
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException _) {
      throw new Unreadable("not UTF-8");
    }
  }
}
