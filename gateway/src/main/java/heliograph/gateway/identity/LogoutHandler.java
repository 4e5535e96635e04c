package heliograph.gateway.identity;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.http.Bodies;
import heliograph.gateway.http.FormFields;
import heliograph.gateway.http.MediaType;
import heliograph.gateway.http.Problems;
import heliograph.gateway.revocation.Revocation;
import heliograph.gateway.revocation.Revocations;
import heliograph.relay.Hub;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;

/**
 * Where identity providers say that somebody has logged out: OpenID Connect Back-Channel Logout
 * 1.0, section 2.5. Any thread.
 */
public final class LogoutHandler {
  static final String LOGOUT = "/v1/logout";

  /** The most bytes of a request's body: a token, and what stands around it. */
  static final int MAX_BODY = 2 * SignedToken.MAX_LENGTH;

  private static final String PARAMETER = "logout_token";

  private final Identity identity;
  private final Revocations revocations;
  private final Hub hub;
  private final Bodies bodies;

  public LogoutHandler(Identity identity, Revocations revocations, Hub hub, Bodies bodies) {
    this.identity = identity;
    this.revocations = revocations;
    this.hub = hub;
    this.bodies = bodies;
  }

  public void register(HttpRules rules) {
    rules.post(LOGOUT, this::logout).any(LOGOUT, Problems.onlyMethods("POST"));
  }

  private void logout(ServerRequest request, ServerResponse response) {
    response.header(HeaderNames.CACHE_CONTROL, "no-store");
    byte[] form;
    try (Bodies.Body body = bodies.unproven(MAX_BODY)) {
      form = body.receive(request, response);
      MediaType.require(request.headers(), MediaType.FORM);
    }
    Revocation revocation;
    try {
      revocation = identity.loggedOut(token(form));
    } catch (RelayException refusal) {
      // Section 2.6 has one answer for every token that is not in order.
      throw refusal.code() == ErrorCode.IDENTITY_UNAVAILABLE ? refusal : bad(refusal.detail());
    }
    var _ = revocations.add(revocation, hub);
    response.send();
  }

  private static String token(byte[] form) {
    List<String> tokens =
        FormFields.of(form).stream()
            .filter(field -> field.name().equals(PARAMETER))
            .map(FormFields.Field::value)
            .toList();
    if (tokens.size() != 1) {
      throw bad("logout_token: one is required");
    }
    return tokens.getFirst();
  }

  private static RelayException bad(String detail) {
    return new RelayException(ErrorCode.INVALID_REQUEST, detail);
  }
}
