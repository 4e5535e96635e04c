package heliograph.gateway;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;

/** Where a request carries its token. Any thread. */
final class Credentials {
  private static final String BEARER = "Bearer ";

  private final String cookie;
  private final String queryParameter;

  /**
   * @param cookie the name of the cookie a subscriber's token may come in
   * @param queryParameter the name of the query parameter likewise
   */
  Credentials(String cookie, String queryParameter) {
    this.cookie = cookie;
    this.queryParameter = queryParameter;
  }

  /**
   * The token of a subscriber: from the header, the query parameter or the cookie, in that order.
   *
   * @throws RelayException NO_CREDENTIALS, or INVALID_REQUEST for more than one (RFC 6750 section
   *     2)
   */
  String ofSubscriber(ServerRequest request) {
    boolean header = request.headers().contains(HeaderNames.AUTHORIZATION);
    boolean query = request.query().contains(queryParameter);
    if (header && query) {
      throw new RelayException(
          ErrorCode.INVALID_REQUEST, "a token in the header or in the query, not in both");
    }
    if (header) {
      return ofHeader(request);
    }
    if (query) {
      return request.query().get(queryParameter);
    }
    return request.headers().cookies().first(cookie).orElseThrow(Credentials::missing);
  }

  /**
   * The token of the Authorization header.
   *
   * @throws RelayException NO_CREDENTIALS if there is none
   */
  static String ofHeader(ServerRequest request) {
    String authorization = request.headers().first(HeaderNames.AUTHORIZATION).orElse("");
    if (!authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      throw missing();
    }
    return authorization.substring(BEARER.length()).strip();
  }

  private static RelayException missing() {
    return new RelayException(ErrorCode.NO_CREDENTIALS, "a bearer token is required");
  }
}
