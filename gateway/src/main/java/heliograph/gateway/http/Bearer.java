package heliograph.gateway.http;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import java.util.List;

/**
 * Reads the bearer token in the {@code Authorization} of a request's headers (RFC 6750 section
 * 2.1). Any thread.
 */
public final class Bearer {
  private static final String BEARER = "Bearer ";

  private Bearer() {}

  /**
   * The token of the Authorization header.
   *
   * @throws RelayException NO_CREDENTIALS if there is none, INVALID_REQUEST if there are several
   */
  public static String of(ServerRequestHeaders request) {
    if (!isIn(request)) {
      throw missing();
    }
    return authorization(request).substring(BEARER.length()).strip();
  }

  /**
   * Whether a request has {@code Authorization} with the scheme {@code Bearer}.
   *
   * @throws RelayException INVALID_REQUEST if it has several
   */
  public static boolean isIn(ServerRequestHeaders request) {
    return authorization(request).regionMatches(true, 0, BEARER, 0, BEARER.length());
  }

  private static String authorization(ServerRequestHeaders request) {
    List<String> headers = request.all(HeaderNames.AUTHORIZATION, List::of);
    if (headers.size() > 1) {
      throw new RelayException(ErrorCode.INVALID_REQUEST, "Authorization is there twice");
    }
    return headers.isEmpty() ? "" : headers.getFirst();
  }

  /** The refusal NO_CREDENTIALS of a request without a bearer token. */
  public static RelayException missing() {
    return new RelayException(ErrorCode.NO_CREDENTIALS, "a bearer token is required");
  }
}
