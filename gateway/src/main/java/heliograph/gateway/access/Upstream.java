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
 * Another server that is asked about callers. It is asked at the address the operator wrote and
 * nowhere else: no redirect is followed. While it fails it is left alone for a while, by those whom
 * it fails. Any thread.
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
  // What the log was told of; there are not more statuses.
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  /**
   * @param meaning of the answer; ILL where there is none
   * @param body of the answer, as far as it was asked for
   */
  record Reply(UpstreamMeaning meaning, String body) {
    private static final Reply NONE = new Reply(UpstreamMeaning.ILL, "");
  }

  /** An answer that is none, from a server that is well. */
  private static final class Unreadable extends IOException {
    private static final long serialVersionUID = 1L;

    Unreadable(String what) {
      super(what);
    }
  }

  /** The server says itself that it is ill. */
  private static final class Ill extends IOException {
    private static final long serialVersionUID = 1L;

    Ill(int status) {
      super("status " + status);
    }
  }

  /**
   * @param name what it is called in the log
   * @param timeout of connecting, and of each wait for more; whoever asks bounds the whole
   * @param meanings of statuses
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
            .build();
  }

  /** Asks with GET, for a party. */
  Reply ask(Party party, URI uri, PassedHeaders forwarded) {
    Optional<Breakers.Question> question = breakers.question(party);
    return question.isPresent() ? ask(question.get(), uri, forwarded) : Reply.NONE;
  }

  // Whatever it is that the network or the server does: a RuntimeException.
  private Reply ask(Breakers.Question question, URI uri, PassedHeaders forwarded) {
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
      Reply reply = get(connection, uri, forwarded);
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

  /** One that waited for its turn, and so was cut off early, says nothing of the upstream. */
  private boolean hadItsTime(long began) {
    return !Thread.currentThread().isInterrupted()
        || nanos.getAsLong() - began >= timeout.toNanos() / 2;
  }

  /** Not the message of others: it may hold what was sent. */
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

  /** The answer is none that could be meant; told once for each, for anybody may be given it. */
  Reply unusable(String what) {
    if (told.add(what)) {
      LOGGER.log(
          System.Logger.Level.WARNING, "upstream-unusable upstream={0} cause={1}", name, what);
    }
    return new Reply(UpstreamMeaning.UNUSABLE, "");
  }

  /**
   * A connection of its own for each question: one that is closed meanwhile would look like a
   * server that is down. Made here, and not by the client on its way, so that it can be told from
   * what becomes of the question.
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

  private Reply get(ClientConnection connection, URI uri, PassedHeaders forwarded)
      throws IOException {
    HttpClientRequest request =
        client.get().uri(uri).connection(connection).header(HeaderNames.CONNECTION, "close");
    forwarded.headers().forEach(request::header);
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
      // Strictly: a character that was replaced could make one subject of two.
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException _) {
      throw new Unreadable("not UTF-8");
    }
  }
}
