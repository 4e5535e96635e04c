package heliograph.gateway.access;

import heliograph.gateway.crypto.Sha256;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerRequestHeaders;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The headers of a caller's request that go on to another server. They are never printed. */
final class PassedHeaders {
  /** The most header names of a list. */
  static final int MAX_NAMES = 20;

  // What belongs to one connection or to one request (RFC 9110 section 7.6.1), and what the other
  // server would take for our own word.
  private static final Set<String> NEVER =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-connection",
          "proxy-authenticate",
          "proxy-authorization",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "host",
          "expect",
          "content-length",
          "content-type",
          "content-encoding",
          "accept-encoding",
          "accept",
          "forwarded",
          "via",
          "x-forwarded-for",
          "x-forwarded-host",
          "x-forwarded-proto");

  private final List<Header> headers;

  private PassedHeaders(List<Header> headers) {
    this.headers = List.copyOf(headers);
  }

  /**
   * The names that the operator wrote.
   *
   * @throws IllegalArgumentException for one that is no header's, or is not to be forwarded
   */
  static List<HeaderName> names(List<String> names) {
    if (names.size() > MAX_NAMES) {
      throw new IllegalArgumentException("at most " + MAX_NAMES + " headers");
    }
    for (String name : names) {
      if (!name.matches("[A-Za-z0-9-]{1,64}") || NEVER.contains(name.toLowerCase(Locale.ROOT))) {
        throw new IllegalArgumentException(
            "must be names of headers, and none that belongs to a connection or says who calls by"
                + " which way");
      }
    }
    return names.stream().map(HeaderNames::create).toList();
  }

  /** Of a request, those that are there. Their text is copied, nothing else of it is kept. */
  static PassedHeaders of(ServerRequestHeaders request, List<HeaderName> names) {
    List<Header> found = new ArrayList<>();
    for (HeaderName name : names) {
      List<String> values = request.all(name, List::of);
      if (!values.isEmpty()) {
        found.add(HeaderValues.create(name, List.copyOf(values)));
      }
    }
    return new PassedHeaders(found);
  }

  /** The same with this header in place of its own. */
  PassedHeaders with(HeaderName name, String value) {
    List<Header> all = new ArrayList<>();
    headers.stream().filter(header -> !header.headerName().equals(name)).forEach(all::add);
    all.add(HeaderValues.create(name, value));
    return new PassedHeaders(all);
  }

  Optional<Header> find(HeaderName name) {
    return headers.stream().filter(header -> header.headerName().equals(name)).findFirst();
  }

  boolean isEmpty() {
    return headers.isEmpty();
  }

  List<Header> headers() {
    return headers;
  }

  /** A text that is the same for the same headers, and tells nothing of them: of SHA-256. */
  String hash() {
    List<Optional<String>> texts = new ArrayList<>();
    for (Header header : headers) {
      texts.add(Optional.of(header.headerName().lowerCase()));
      header.allValues().forEach(value -> texts.add(Optional.of(value)));
      texts.add(Optional.empty());
    }
    return HexFormat.of().formatHex(Sha256.of(texts));
  }

  @Override
  public String toString() {
    return headers.size() + " headers";
  }
}
