package heliograph.gateway.scheme;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.util.List;

/**
 * The scheme {@code token}: a static key as it is, for a curl line and for callers that cannot
 * sign. Any thread.
 */
final class StaticToken implements Scheme {
  private static final String BEARER = "Bearer ";

  /** Where a request has the key. */
  sealed interface Place {
    /** In {@code Authorization: Bearer}. */
    record Bearer() implements Place {}

    /** All of a header. */
    record Header(HeaderName name) implements Place {}

    /** A parameter of the query: whoever writes addresses down, writes the key down. */
    record Query(String name) implements Place {}
  }

  private final HashedKeys keys;
  private final Place place;

  private StaticToken(HashedKeys keys, Place place) {
    this.keys = keys;
    this.place = place;
  }

  /**
   * @throws IllegalArgumentException for a key that is easily guessed; without the key in it
   */
  static StaticToken of(List<String> secrets, Place place) {
    return new StaticToken(HashedKeys.of(secrets), place);
  }

  @Override
  public void checkProof(HookRequest request, byte[] body) {
    if (!proven(request)) {
      throw Scheme.refused(given(request).isEmpty() ? lack(request) : NO_SECRET);
    }
  }

  @Override
  public boolean proven(HookRequest request) {
    return keys.contains(given(request));
  }

  private String given(HookRequest request) {
    return switch (place) {
      case Place.Bearer() -> bearer(request);
      case Place.Header(HeaderName name) -> Scheme.one(request.headers(), name);
      case Place.Query(String name) -> request.parameter(name);
    };
  }

  private String lack(HookRequest request) {
    Headers headers = request.headers();
    return switch (place) {
      case Place.Bearer() ->
          Scheme.one(headers, HeaderNames.AUTHORIZATION).isEmpty()
              ? Scheme.lack(headers, HeaderNames.AUTHORIZATION)
              : "authorization: no bearer token";
      case Place.Header(HeaderName name) -> Scheme.lack(headers, name);
      case Place.Query(String name) ->
          "the parameter " + name + " of the query is missing, or comes more than once";
    };
  }

  /** What is no bearer token is as wrong as an empty one. */
  private static String bearer(HookRequest request) {
    String authorization = Scheme.one(request.headers(), HeaderNames.AUTHORIZATION);
    return authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? authorization.substring(BEARER.length()).trim()
        : "";
  }
}
