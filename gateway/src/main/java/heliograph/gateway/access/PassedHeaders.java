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

/**
 * The headers of a caller's request that are passed on to another server. Their values are never
 * printed. Any thread.
 */
final class PassedHeaders {
  /** The most header names of a list. */
  static final int MAX_NAMES = 20;

  // These belong to one connection or one request (RFC 9110, section 7.6.1), or the other server
  // would take them for the relay's own word.
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

  /** No header at all. */
  static final PassedHeaders NONE = new PassedHeaders(List.of());

  private final List<Header> headers;

  private PassedHeaders(List<Header> headers) {
    this.headers = List.copyOf(headers);
  }

  /**
   * Reads the names that the operator wrote.
   *
   * @throws IllegalArgumentException if one is no header's name, or must not be passed on, or there
   *     are over {@link #MAX_NAMES}
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

  /**
   * The headers of a request that have one of the names. Their text is copied; nothing else of the
   * request is kept.
   */
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

  /** A copy with another value for one header. */
  PassedHeaders with(HeaderName name, String value) {
    List<Header> all = new ArrayList<>(without(name).headers);
    all.add(HeaderValues.create(name, value));
    return new PassedHeaders(all);
  }

  /** A copy that lacks one header. */
  PassedHeaders without(HeaderName name) {
    return new PassedHeaders(
        headers.stream().filter(header -> !header.headerName().equals(name)).toList());
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

  /** The SHA-256 hash of the headers: equal headers have equal hashes, which do not reveal them. */
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
