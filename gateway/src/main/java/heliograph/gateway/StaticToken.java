package heliograph.gateway;

import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.util.List;

/**
 * The scheme {@code token}: a static key as {@code Authorization: Bearer}, for a curl line and for
 * callers that cannot sign. Any thread.
 */
final class StaticToken implements Scheme {
  private static final String BEARER = "Bearer ";

  private final HashedKeys keys;

  private StaticToken(HashedKeys keys) {
    this.keys = keys;
  }

  /**
   * @throws IllegalArgumentException for a key that is easily guessed; without the key in it
   */
  static StaticToken of(List<String> secrets) {
    return new StaticToken(HashedKeys.of(secrets));
  }

  @Override
  public String verify(HookRequest request, byte[] body) {
    Headers headers = request.headers();
    if (!isIn(headers)) {
      throw Scheme.refused();
    }
    return "";
  }

  @Override
  public boolean proven(HookRequest request) {
    return isIn(request.headers());
  }

  private boolean isIn(Headers headers) {
    String authorization = Scheme.one(headers, HeaderNames.AUTHORIZATION);
    return authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
        && keys.contains(authorization.substring(BEARER.length()).trim());
  }
}
